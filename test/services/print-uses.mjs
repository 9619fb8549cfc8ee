import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const SERVICES = ['postgres', 'redis', 'qdrant', 'kafka'];

/** Prints which servers each suite of a test run used, and where they came from. */
export function printUses(folder) {
  const suites = readUses(join(folder, 'uses.jsonl'));
  if (suites.size === 0) return;
  const rows = [...suites].sort(([a], [b]) => a.localeCompare(b));
  const width = Math.max(...rows.map(([suite]) => suite.length)) + 2;
  const cells = (values) =>
    values
      .map((value) => value.padEnd(22))
      .join('')
      .trimEnd();
  console.log(`\n${'suite'.padEnd(width)}${cells(SERVICES)}`);
  for (const [suite, uses] of rows) {
    const sources = SERVICES.map((service) => [...(uses.get(service) ?? ['-'])].join(', '));
    console.log(`${suite.padEnd(width)}${cells(sources)}`);
  }
}

function readUses(file) {
  const suites = new Map();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // No suite asked for a server.
  }
  for (const line of text.split('\n').filter(Boolean)) {
    const { suite, service, source } = JSON.parse(line);
    const name = relative(process.cwd(), suite);
    const uses = suites.get(name) ?? new Map();
    suites.set(name, uses.set(service, (uses.get(service) ?? new Set()).add(source)));
  }
  return suites;
}
