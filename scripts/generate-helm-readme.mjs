// Writes helm/README.md from the values of the chart and their comments; with --check it only compares.
import { readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument } from 'yaml';
import { writeOrCheck } from './write-or-check.mjs';

const chart = new URL('../helm/', import.meta.url);
const read = (name) => readFileSync(new URL(name, chart), 'utf8');

/** What a comment before a key says after its `# --`. */
function description(comment) {
  const lines = (comment ?? '').split('\n').map((line) => line.trim());
  const first = lines.findLastIndex((line) => line.startsWith('-- '));
  return first < 0 ? '' : lines.slice(first).join(' ').slice(3);
}

/** Rows of the table: every leaf, and every map that is described as a whole. */
function rows(map, path, comment) {
  return map.items.flatMap(({ key, value }, index) => {
    const name = [...path, key.value].join('.');
    const text = description(index === 0 && !key.commentBefore ? comment : key.commentBefore);
    if (isMap(value) && value.items.length > 0) {
      const isWhole = /(^|\.)(resources|podSecurityContext|containerSecurityContext|labels)$/.test(name);
      if (isWhole) return [row(name, value, text || description(value.commentBefore))];
      const head = text ? [`| \`${name}\` | | ${text} |`] : [];
      return [...head, ...rows(value, [...path, key.value], value.commentBefore)];
    }
    return [row(name, value, text)];
  });
}

function row(name, value, text) {
  const plain = isScalar(value) ? value.value : value.toJS(document);
  return `| \`${name}\` | \`${JSON.stringify(plain).replaceAll('|', '\\|')}\` | ${text} |`;
}

const document = parseDocument(read('values.yaml'));
const { version, appVersion, kubeVersion } = parseDocument(read('Chart.yaml')).toJS();
const table = rows(document.contents, [], document.contents.commentBefore);
const wanted = read('README.template.md')
  .replace('{{version}}', version)
  .replace('{{appVersion}}', appVersion)
  .replace('{{kubeVersion}}', kubeVersion)
  .replace('{{values}}', ['| Value | Default | Meaning |', '|---|---|---|', ...table].join('\n'));

writeOrCheck(
  new URL('README.md', chart),
  wanted,
  'helm/README.md does not match the values: run node scripts/generate-helm-readme.mjs',
);
