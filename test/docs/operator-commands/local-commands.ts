import { loadConfig } from '@sfm/config';
import { runScript } from '../../deploy/run-script.js';
import { queryTruth } from '../../e2e/support/truth.js';
import { TOKEN, type RunningService } from '../../e2e/support/running-service.js';
import { exists, makeTargets } from '../known-names.js';
import { must, type Check, type How } from './verdict.js';

/** A target of make, which make is asked about; what it would run is not run. */
export const checkMake: Check = async (words): Promise<How> => {
  const [, target = ''] = words;
  must(makeTargets().has(target), `no target ${target}`);
  const { status, output } = await runScript('make', ['--dry-run', ...words.slice(1)]);
  must(status === 0, output);
  return 'looked up';
};

/** A script, which is asked for its help and, where it looks at its arguments first, with them. */
export async function checkScript(file: string): Promise<How> {
  must(exists(file), `no ${file}`);
  const [program, ...first] = file.endsWith('.mjs') ? [process.execPath, file] : ['bash', file];
  const { status, output } = await runScript(program, [...first, '--help']);
  must(status === 0 && output.length > 0, output);
  return 'run';
}

/** Requests to the service, and to its Qdrant, as they are typed. */
export function curlCheck(service: RunningService, qdrant: { readonly url: string; readonly key: string }): Check {
  return async (_, typed): Promise<How> => {
    const [request = ''] = typed.split(' | ');
    const command = request
      .replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):9595/g, service.url)
      .replaceAll(/(?:http:\/\/)?\b(?:localhost|soma-memory-somafractalmemory-qdrant):6333/g, qdrant.url);
    const settings = { TOKEN, QDRANT_API_KEY: qdrant.key };
    const { status, output } = await runScript('bash', ['-c', command.replace(/curl /, 'curl -S --fail-with-body ')], {
      settings,
    });
    must(status === 0, output);
    if (typed.includes(' | jq ')) JSON.parse(output);
    return 'run';
  };
}

/** A query as it is typed, on the service's PostgreSQL; it must find what the test has stored. */
export function psqlCheck(service: RunningService, run: string): Check {
  return async (words): Promise<How> => {
    must(!words.slice(1).includes('--'), 'psql takes what follows -- for the name of a database');
    const sql = words[words.indexOf('-c') + 1] ?? '';
    const [row] = await queryTruth<{ count: string }>(service, sql.replaceAll('<RUN_ID>', run));
    must(Number(row?.count) > 0, 'it finds nothing');
    return 'run';
  };
}

/** Variables that the service obeys; one that it does not know gets a warning, or is refused. */
export function checkVariable(assignment: string): How {
  const [name = '', value = '2'] = assignment.split('=');
  const { warnings } = loadConfig({ SOMA_API_TOKEN: 'token', [name]: value });
  must(!warnings.some(({ variable, message }) => variable === name && /unknown/.test(message)), `nobody reads ${name}`);
  return 'run';
}

/** Pages and routes that need no token. */
export async function checkRoute(service: RunningService, route: string): Promise<How> {
  const { status } = await fetch(service.url + route);
  must(status === 200, `${route} answers ${status}`);
  return 'run';
}
