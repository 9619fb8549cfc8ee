// Makes `npm pack` in a workspace give a package that works alone: our libs, which are published nowhere, travel inside it
// (bundleDependencies), and what they need from the registry becomes its own dependency.
//
//   node scripts/bundle-workspaces.mjs begin apps/library     before packing (prepack)
//   node scripts/bundle-workspaces.mjs end apps/library       puts everything back (postpack)
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const [step, folder] = process.argv.slice(2);
const PACKAGE = path.join(ROOT, folder ?? '');
const MANIFEST = path.join(PACKAGE, 'package.json');
const KEPT_MANIFEST = path.join(PACKAGE, '.package.json.kept');
const BUNDLED = path.join(PACKAGE, 'node_modules', '@sfm');

if (step === 'begin') begin();
else if (step === 'end') end();
else throw new Error('usage: node scripts/bundle-workspaces.mjs begin|end <folder of the workspace>');

function begin() {
  end();
  execFileSync('npx', ['tsc', '-b', PACKAGE], { cwd: ROOT, stdio: 'inherit' });
  const manifest = readJson(MANIFEST);
  const libs = librariesOf(manifest);
  const manifests = [manifest, ...libs.map((lib) => lib.manifest)];
  const merged = (field) => sorted(Object.assign({}, ...manifests.map((each) => fromRegistry(each[field]))));
  for (const lib of libs) bundle(lib);
  renameSync(MANIFEST, KEPT_MANIFEST);
  writeJson(MANIFEST, {
    ...manifest,
    dependencies: { ...merged('dependencies'), ...versionsOf(libs) },
    optionalDependencies: merged('optionalDependencies'),
    bundleDependencies: libs.map((lib) => lib.manifest.name),
  });
}

function end() {
  if (existsSync(KEPT_MANIFEST)) renameSync(KEPT_MANIFEST, MANIFEST);
  rmSync(BUNDLED, { recursive: true, force: true });
}

/** Our libs that a package needs, and those that they need. */
function librariesOf(manifest, found = new Map()) {
  for (const name of Object.keys(manifest.dependencies ?? {}).filter(isOurs)) {
    if (found.has(name)) continue;
    const [place] = [name.slice('@sfm/'.length), `libs/${name.slice('@sfm/'.length)}`]
      .map((each) => path.join(ROOT, each))
      .filter((each) => existsSync(path.join(each, 'package.json')));
    const lib = { place, manifest: readJson(path.join(place, 'package.json')) };
    found.set(name, lib);
    librariesOf(lib.manifest, found);
  }
  return [...found.values()];
}

function bundle({ place, manifest }) {
  const target = path.join(BUNDLED, manifest.name.slice('@sfm/'.length));
  mkdirSync(target, { recursive: true });
  const isNeeded = (file) => !/\.(tsbuildinfo|map)$|[/\\](testing|src|test|node_modules)$/.test(file);
  cpSync(place, target, { recursive: true, filter: isNeeded });
  const { name, version, license, type, exports } = manifest;
  writeJson(path.join(target, 'package.json'), { name, version, license, type, exports });
}

function versionsOf(libs) {
  return sorted(Object.fromEntries(libs.map((lib) => [lib.manifest.name, lib.manifest.version])));
}

function fromRegistry(dependencies = {}) {
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !isOurs(name)));
}

function isOurs(name) {
  return name.startsWith('@sfm/');
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
