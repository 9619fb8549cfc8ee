// No two folders import each other, at whatever height: neighbours with all they contain, or a folder's own files and a
// folder in it. So what composes a lib (index.ts, a Nest module) may lie above what it composes, as long as nothing below
// imports anything that lies there. dependency-cruiser reads the imports; its rules for folders leave subfolders out.
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { fileURLToPath } from 'node:url';
import { TEST_CODE } from '../.dependency-cruiser.mjs';

const REASON =
  'Folders that import each other are one room with a wall through it; move what both need into a folder below them.';
const SHOWN_IMPORTS = 4;

process.chdir(fileURLToPath(new URL('../', import.meta.url)));
const imports = importsBetweenFolders(await readModules());
const knots = findKnots(imports);
for (const knot of knots) console.log(describe(knot));
console.log(
  knots.length === 0 ? '✔ no folders import each other' : `\n  ${REASON}\n\nx ${knots.length} knots of folders`,
);
process.exitCode = Math.min(knots.length, 1);

/** Every module with what it imports, types included. Tests may look at a room from where they like. */
async function readModules() {
  const options = await extractOptions('./.dependency-cruiser.mjs');
  const exclude = { path: [options.exclude.path, TEST_CODE] };
  const transpiling = { tsConfig: extractTsConfig(options.tsConfig.fileName) };
  const { output } = await cruise(['apps', 'libs', 'migrations'], { ...options, exclude }, {}, transpiling);
  return output.modules;
}

/** Folder → folder that it imports → the imports. The two lie in the same folder, or one of them is it. */
function importsBetweenFolders(modules) {
  const found = new Map();
  for (const { source, dependencies } of modules) {
    for (const resolved of new Set(dependencies.map((dependency) => dependency.resolved))) {
      const [from, to] = whereTheyPart(source, resolved);
      if (from === to) continue;
      if (!found.has(from)) found.set(from, new Map());
      const reached = found.get(from);
      reached.set(to, [...(reached.get(to) ?? []), `${source} imports ${resolved}`]);
    }
  }
  return found;
}

/** For each of two files the folder in the last one that holds both; that folder itself for a file right in it. */
function whereTheyPart(one, other) {
  const paths = [one, other].map((file) => file.split('/').slice(0, -1));
  const [folders] = paths;
  const differs = folders.findIndex((name, index) => paths[1][index] !== name);
  const shared = differs === -1 ? folders.length : differs;
  return paths.map((path) => path.slice(0, shared + 1).join('/'));
}

/** The shortest ways round, each from its first folder by name, without those around a smaller knot. */
function findKnots(graph) {
  const ways = [...graph].flatMap(([from, reached]) => [...reached.keys()].map((to) => shortestWay(graph, to, from)));
  const found = ways.filter((way) => way !== undefined).sort((one, other) => one.length - other.length);
  const smallest = [];
  for (const folders of found) {
    if (smallest.some((knot) => knot.every((folder) => folders.includes(folder)))) continue;
    const first = folders.indexOf([...folders].sort()[0]);
    smallest.push([...folders.slice(first), ...folders.slice(0, first)]);
  }
  return smallest;
}

/** The folders on the way from one to another, both included; undefined when no imports lead there. */
function shortestWay(graph, from, to) {
  const cameFrom = new Map([[from, undefined]]);
  for (const folder of cameFrom.keys()) {
    for (const next of graph.get(folder)?.keys() ?? []) if (!cameFrom.has(next)) cameFrom.set(next, folder);
  }
  if (!cameFrom.has(to)) return undefined;
  const way = [];
  for (let folder = to; folder !== undefined; folder = cameFrom.get(folder)) way.unshift(folder);
  return way;
}

function describe(knot) {
  const lines = knot.flatMap((from, index) => {
    const all = imports.get(from).get(knot[(index + 1) % knot.length]);
    const others = all.length - SHOWN_IMPORTS;
    return others > 0 ? [...all.slice(0, SHOWN_IMPORTS), `… and ${others} more`] : all;
  });
  const ring = [...knot, knot[0]].join(' → ');
  return [`\n  error no-knot-of-folders: ${ring}`, ...lines.map((line) => `      ${line}`)].join('\n');
}
