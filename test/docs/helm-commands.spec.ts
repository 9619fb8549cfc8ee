import { expect, it } from '@jest/globals';
import path from 'node:path';
import { helm } from '../helm/chart.js';
import { describeWithHelm } from '../services/helm-availability.js';
import { REPOSITORY } from '../services/repository.js';
import { allPages, codeOf } from './markdown.js';

const describeHelm = await describeWithHelm();

/** Every `helm upgrade` of the documents, on one line, without comments and prompts. */
const commands = allPages().flatMap((page) =>
  codeOf(page)
    .flatMap((code) => code.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/\s# .*$/, '').trim())
    .filter((line) => /^helm upgrade .*\.\/helm\b/.test(line))
    .map((line) => [page.name, line] as const),
);

/** What decides what is rendered: files and values. The rest says how long to wait, and where. */
function renderArguments(line: string): string[] {
  const words = line.split(/\s+/);
  return words.flatMap((word, index) => {
    const next = words[index + 1] ?? '';
    if (word === '--values' || word === '-f') return ['--values', path.join(REPOSITORY, next)];
    return word === '--set' ? ['--set', next.replaceAll(/^'|'$/g, '')] : [];
  });
}

describeHelm('helm upgrade in the documents', () => {
  it('is there', () => {
    expect(commands.length).toBeGreaterThan(6);
  });

  it.each(commands)('%s: %s', async (_, line) => {
    const { status, output } = await helm(
      'template',
      'soma-memory',
      './helm',
      '-n',
      'soma-memory',
      ...renderArguments(line),
    );
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('kind: Deployment') });
  });
});
