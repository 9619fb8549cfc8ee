import path from 'node:path';
import { cachedFolder, describe as messageOf } from './cached-folder.js';
import { buildGoProgram, type GoProgram } from './go-program.js';
import { findOnPath, runTool } from './run-tool.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

const VERSION = 'v3.21.4';
const SOURCE: GoProgram = {
  module: 'helm.sh/helm/v3',
  version: VERSION,
  program: 'cmd/helm',
  // As the released program is built; without them it takes the cluster that it does not see for Kubernetes 1.20.
  linked: [
    `helm.sh/helm/v3/internal/version.version=${VERSION}`,
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1',
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=33',
  ],
};
const HOW = `Install Helm 3, or Go to build ${VERSION} with.`;

/** A Helm 3 that can be run here. */
export interface HelmProgram {
  readonly command: string;
  readonly version: string;
  readonly from: string;
}

/** The Helm 3 on PATH, else one built from its Go module into the cache. @throws ServerUnavailable */
export async function findHelm(): Promise<HelmProgram> {
  const installed = await findOnPath('helm');
  const version = installed === undefined ? '' : await runTool(installed, ['version', '--short']).catch(() => '');
  if (installed !== undefined && version.startsWith('v3.')) {
    return { command: installed, version: version.trim(), from: installed };
  }
  const folder = await cachedFolder(`helm-${VERSION}`, (draft) => buildGoProgram(SOURCE, draft)).catch(
    (error: unknown) => {
      throw new ServerUnavailable(`Helm 3 is not installed and cannot be built (${messageOf(error)}). ${HOW}`, {
        cause: error,
      });
    },
  );
  return { command: path.join(folder, 'helm'), version: VERSION, from: 'its Go module' };
}
