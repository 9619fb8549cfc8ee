import { expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runScript } from '../deploy/run-script.js';
import { describeWith } from '../services/availability.js';
import { REPOSITORY } from '../services/repository.js';
import { ServerUnavailable } from '../services/lifetime/server-process.js';
import { allPages } from './markdown.js';

/** Python, and the generator in a folder of its own. @throws ServerUnavailable */
async function prepareGenerator(): Promise<void> {
  const { status, output } = await runScript('scripts/docs.sh', ['prepare']);
  if (status !== 0) throw new ServerUnavailable(output.slice(-500));
}

const describeSite = await describeWith([], { 'the generator of the site': prepareGenerator });

describeSite('make docs-build', () => {
  it('builds every page without a warning', async () => {
    const outcome = await runScript('make', ['--no-print-directory', 'docs-build']);
    expect(outcome).toEqual({ status: 0, output: '' });
    const pages = allPages().flatMap(({ name }) => (name.startsWith('docs/') ? [name.slice('docs/'.length)] : []));
    const built = pages.map((page) => page.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\.md$/, '.html'));
    expect(built.filter((page) => !existsSync(path.join(REPOSITORY, 'site', page)))).toEqual([]);
    expect(existsSync(path.join(REPOSITORY, 'site', 'assets', 'how-it-works.svg'))).toBe(true);
  });
});
