import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FULLNAME, parseManifests, render } from '../helm/chart.js';
import { KubernetesSchemas } from '../helm/kubernetes-schemas.js';
import { podOf, type Manifest } from '../helm/manifest.js';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { findOnPath } from '../services/programs/run-tool.js';
import { ServerUnavailable } from '../services/lifetime/server-process.js';
import { FakePrograms } from './fake-programs.js';
import { runScript, type ScriptOutcome } from './run-script.js';

/** A cluster that holds the api of the chart, and keeps what is applied. */
const KUBECTL = `case "$*" in
  *'get deployment'*) cat "$FAKE_DEPLOYMENT" ;;
  *apply*) cat >"$FAKE_APPLIED" ;;
  *wait*) exit "\${FAKE_READY:-0}" ;;
esac`;

/** @throws ServerUnavailable */
async function findJq(): Promise<void> {
  if ((await findOnPath('jq')) === undefined) throw new ServerUnavailable('jq is not installed.');
}

const describeHelm = await describeWith([], { helm: findHelm, jq: findJq });

describeHelm('maintenance_pod.sh', () => {
  let fakes: FakePrograms;
  let deployment: Manifest;
  beforeAll(async () => {
    deployment = (await render('values-production.yaml')).get('Deployment', FULLNAME);
  });
  beforeEach(async () => {
    fakes = await FakePrograms.create();
    await fakes.add('kubectl', KUBECTL);
    await writeFile(path.join(fakes.folder, 'deployment'), JSON.stringify(deployment));
  });
  afterEach(async () => {
    await fakes.remove();
  });

  const run = (command: string, more: Record<string, string> = {}): Promise<ScriptOutcome> => {
    const files = { FAKE_DEPLOYMENT: 'deployment', FAKE_APPLIED: 'applied' };
    const places = Object.entries(files).map(([name, file]) => [name, path.join(fakes.folder, file)] as const);
    return runScript('scripts/maintenance_pod.sh', [command], {
      fakes,
      settings: { ...Object.fromEntries(places), ...more },
    });
  };

  it('starts a pod with image, settings and rights of the api, that serves nothing and no Service takes', async () => {
    expect(await run('start')).toMatchObject({ status: 0 });
    const [pod] = parseManifests(await readFile(path.join(fakes.folder, 'applied'), 'utf8'));
    if (pod === undefined) throw new Error('nothing was applied');
    expect(new KubernetesSchemas('1.33').problems(pod)).toEqual([]);
    expect(pod.metadata.name).toBe('soma');
    expect(pod.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'somafractalmemory',
      'app.kubernetes.io/instance': 'soma-memory',
      'app.kubernetes.io/part-of': 'somafractalmemory',
    });
    const [api] = podOf(deployment)?.containers ?? [];
    const { ports, livenessProbe, readinessProbe, startupProbe, lifecycle, ...kept } = { ...api };
    expect([ports, livenessProbe, readinessProbe, startupProbe, lifecycle]).not.toContain(undefined);
    expect(pod.spec).toMatchObject({ restartPolicy: 'Never', securityContext: podOf(deployment)?.securityContext });
    expect(pod.spec).toHaveProperty('containers', [{ ...kept, command: ['sleep', 'infinity'] }]);
  });

  it('says when there is nothing to copy, and when the pod does not start', async () => {
    expect(await run('start', { FAKE_READY: '1' })).toEqual({
      status: 1,
      output: expect.stringContaining('the pod does not start'),
    });
    await fakes.add('kubectl', 'exit 1');
    expect(await run('start')).toEqual({ status: 1, output: expect.stringContaining(`no deployment ${FULLNAME}`) });
  });

  it('stops it, also when there is none, and refuses other words', async () => {
    expect(await run('stop')).toMatchObject({ status: 0 });
    expect(await fakes.calls()).toEqual(['kubectl --namespace soma-memory delete pod soma --ignore-not-found']);
    expect((await run('restart')).status).toBe(2);
  });
});
