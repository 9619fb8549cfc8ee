// Writes helm/tests/immutable-fields.json: the fields of the chart that Kubernetes refuses to change, for every value file.
// Run it when the chart was released; until then test/helm/upgrade.spec.ts compares with what was written last.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'test/helm'], { cwd: root, stdio: 'inherit' });
const { INSTALLATION_NAMES, render } = await import('../test/helm/dist/helm/chart.js');
const { immutableFields } = await import('../test/helm/dist/helm/immutable-fields.js');
const baseline = {};
for (const installation of INSTALLATION_NAMES)
  baseline[installation] = immutableFields((await render(installation)).manifests);
writeFileSync(`${root}helm/tests/immutable-fields.json`, `${JSON.stringify(baseline, null, 2)}\n`);
