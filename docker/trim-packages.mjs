// Run in the root of an installed tree, for the runtime image: writes sbom.cdx.json and takes out what npm installs only
// because a package names it as a peer for its types. Nothing at run time asks for these.
import { execFileSync } from 'node:child_process';
import { readdir, readlink, rm, writeFile } from 'node:fs/promises';

const UNUSED = ['typescript'];

const listed = execFileSync('npm', ['sbom', '--omit=dev', '--sbom-format=cyclonedx'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const sbom = JSON.parse(listed);
const gone = new Set(
  sbom.components.filter(({ name }) => UNUSED.includes(name)).map((component) => component['bom-ref']),
);
sbom.components = sbom.components.filter((component) => !gone.has(component['bom-ref']));
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => !gone.has(ref))
  .map((dependency) => ({ ...dependency, dependsOn: dependency.dependsOn?.filter((ref) => !gone.has(ref)) }));
await writeFile('sbom.cdx.json', `${JSON.stringify(sbom, null, 2)}\n`);

for (const name of UNUSED) await rm(`node_modules/${name}`, { recursive: true, force: true });
for (const link of await readdir('node_modules/.bin')) {
  const target = await readlink(`node_modules/.bin/${link}`).catch(() => '');
  if (UNUSED.some((name) => target.startsWith(`../${name}/`))) await rm(`node_modules/.bin/${link}`);
}
console.log(`${sbom.components.length} packages`);
