import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { composeModel } from '../deploy/compose-model.js';
import { RunningService } from '../e2e/support/running-service.js';
import { caughtUp } from '../e2e/support/truth.js';
import { describeWith } from '../services/availability.js';
import { checkTools } from '../services/programs/check-tools.js';
import { findHelm } from '../services/programs/helm-program.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { read } from './known-names.js';
import { checkHelm, checkKind, kubectlCheck, Stacks } from './operator-commands/cluster-commands.js';
import { dockerCheck } from './operator-commands/engine-commands.js';
import {
  checkMake,
  checkRoute,
  checkScript,
  checkVariable,
  curlCheck,
  psqlCheck,
} from './operator-commands/local-commands.js';
import { isTheSame, operatorRows, type Row } from './operator-commands/rows.js';
import { shellWords } from './operator-commands/shell-words.js';
import type { Check, How } from './operator-commands/verdict.js';

const describeAll = await describeWith(['qdrant'], { helm: findHelm, ...checkTools('compose-spec') });
/** Stored before, so that the documents' queries have something to find. */
const RUN = 'sanity';
/** As the chart's Qdrant has one. */
const KEY = 'qdrant-key';

/** What became of a command: tried in some way, replaced by others, or given up with a reason in words. */
type Outcome = How | 'replaced' | 'in words';

describeAll('the commands of the operators’ documents, row by row', () => {
  let qdrant: QdrantProcess;
  let service: RunningService;
  let checks: Readonly<Record<string, Check>>;

  beforeAll(async () => {
    qdrant = await startQdrant({ apiKey: KEY });
    service = await RunningService.start({ QDRANT_URL: qdrant.url, QDRANT_API_KEY: KEY });
    const body = { coord: '0,0,0', payload: { text: 'hello', run_id: RUN }, type: 'episodic' };
    await service.json('/store', { body });
    await caughtUp(service);
    const stacks = await Stacks.render();
    checks = {
      curl: curlCheck(service, { url: qdrant.url, key: KEY }),
      docker: dockerCheck(await composeModel()),
      helm: checkHelm,
      kind: checkKind,
      kubectl: kubectlCheck(stacks),
      make: checkMake,
      psql: psqlCheck(service, RUN),
    };
  });
  afterAll(async () => {
    await service.dispose();
    await qdrant.stop();
  });

  /** Undefined for what is no command: a name, a file, an option. */
  const checkOf = (typed: string): (() => Promise<How> | How) | undefined => {
    const words = shellWords(typed);
    const [first = '', second = ''] = words;
    // `kubectl exec` alone is a name of it.
    const check =
      words.length > (first === 'kubectl' ? 2 : 1) || /^kubectl cluster-info/.test(typed) ? checks[first] : undefined;
    if (check) return () => check(words, typed);
    const script = /^(?:\.\/)?(scripts\/[\w./-]+)$/.exec(first === 'node' ? second : first)?.[1];
    if (script !== undefined) return () => checkScript(script);
    const route = /^(?:http:\/\/localhost:9595)?(\/(?:metrics|docs|health|openapi\.json))?$/.exec(typed)?.[1];
    if (route !== undefined) return () => checkRoute(service, route);
    return /^[A-Z]+_[A-Z_]+=\w+$/.test(typed) ? () => checkVariable(typed) : undefined;
  };

  const outcomesOf = async ({ place, ...row }: Row): Promise<{ outcomes: Outcome[]; problems: string[] }> => {
    const isSame = isTheSame({ place, ...row });
    const commands = isSame ? row.typed : row.instead;
    const outcomes: Outcome[] = isSame ? [] : row.typed.filter((typed) => checkOf(typed)).map(() => 'replaced');
    const problems: string[] = [];
    for (const typed of [...commands, ...(isSame ? row.instead : [])]) {
      try {
        const how = await checkOf(typed)?.();
        if (how !== undefined) outcomes.push(how);
      } catch (error) {
        problems.push(`${place}: ${typed}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (outcomes.length === 0 && problems.length === 0) outcomes.push('in words');
    return { outcomes, problems };
  };

  it('work as the page says, and are as many as it says', async () => {
    const rows = operatorRows();
    const results = [];
    for (const row of rows) results.push(await outcomesOf(row));
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    const all = results.flatMap(({ outcomes }) => outcomes);
    const count = (outcome: Outcome) => all.filter((each) => each === outcome).length;
    const totals =
      `${rows.length} rows, ${all.length} commands: ${count('run')} run, ${count('rendered')} rendered, ` +
      `${count('looked up')} looked up, ${count('replaced')} replaced, ${count('in words')} answered in words`;
    process.stdout.write(`docs/operator-commands.md: ${totals}\n`);
    const text = read('docs/operator-commands.md').replaceAll(/\s+/g, ' ');
    const said = /\b\d{2,4} rows, \d[^.]*/.exec(text)?.[0];
    expect(said).toBe(totals);
  });

  it.each([
    [
      'a port that the development release does not have',
      'kubectl port-forward svc/soma-memory-somafractalmemory 1:9797',
    ],
    ['a container of another name', 'kubectl -n soma-memory exec deploy/soma-memory-somafractalmemory-mysql -- ls'],
    ['labels that no pod has', 'kubectl -n soma-memory get pods -l app=soma'],
    ['an api key that is missing', 'kubectl exec deploy/soma-memory-somafractalmemory-qdrant -- curl localhost:6333/x'],
    ['objects of another namespace', 'kubectl apply -f k8s/pvcs.yaml -n soma-memory'],
    [
      'an archive that ends with its container',
      'docker run -v somafractalmemory_postgres_data:/data busybox tar -C /data -cf b.tar .',
    ],
    ['a volume without the project', 'docker run --rm -v postgres_data:/data busybox ls /data'],
    ['a service that Compose does not have', 'docker compose up -d mysql'],
    ['a target that make does not have', 'make everything'],
    ['a route that wants a token', 'curl -s http://127.0.0.1:9595/stats'],
    ['a query in place of a name', `psql -U postgres -- -c "select count(*) from kv_store"`],
    ['a value that the chart refuses', 'helm upgrade soma-memory ./helm --set service.port=none'],
  ])('would be found wrong for %s', async (_, typed) => {
    await expect((async () => checkOf(typed)?.())()).rejects.toThrow();
  });
});
