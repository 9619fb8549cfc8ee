import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parse } from 'yaml';
import { somaProgram } from '../../apps/cli/src/program.js';
import { publishedMetrics } from '../deploy/metric-names.js';
import {
  exists,
  isChartValue,
  knownVariables,
  makeTargets,
  namesInSources,
  read,
  settingDefaults,
} from './known-names.js';
import { allPages, anchorsOf, codeBlocks, codeOf, linksOf, type Page } from './markdown.js';
import { problemWith } from './soma-command.js';

const FAMILIES = /\b(?:SOMA|POSTGRES|QDRANT|KAFKA|REDIS|AWS|OTEL|UVICORN|MEMORY|CONSUMER|EVENTING|LOG)_[A-Z0-9_]+\*?/g;
/** Table rows of the page about other documents: their commands, in the second column, are not ours. */
const FOREIGN_COLUMN = /^(\|[^|\n]*\|)[^|\n]*\|/gm;

const pages: readonly Page[] = allPages().map((page) =>
  page.name === 'docs/operator-commands.md' ? { ...page, text: page.text.replaceAll(FOREIGN_COLUMN, '$1 |') } : page,
);
const pageAt = new Map(pages.map((page) => [page.name, page]));
const sitePages = pages.filter(({ name }) => name.startsWith('docs/'));

/** Says of each page what is wrong, so that a failure names both. */
const found = (problemsOf: (page: Page) => readonly string[], of = pages): string[] =>
  of.flatMap((page) => [...new Set(problemsOf(page))].map((problem) => `${page.name}: ${problem}`));

const matches = (page: Page, pattern: RegExp): string[] =>
  codeOf(page)
    .map((code) => code.replaceAll(/\s# .*$/gm, ''))
    .flatMap((code) => [...code.matchAll(pattern)].map(([, word = '']) => word));

describe('the documents', () => {
  it('are there', () => {
    expect(sitePages.length).toBeGreaterThan(45);
    expect(pages.flatMap(codeOf).length).toBeGreaterThan(1000);
  });

  it('link to files and headings that exist, and those of the site to nothing outside it', () => {
    const problemsOf = (page: Page): string[] =>
      linksOf(page)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => {
          const [file = '', anchor] = target.split('#');
          const name = file === '' ? page.name : path.posix.join(path.posix.dirname(page.name), file);
          const isOutside = page.name.startsWith('docs/') && !name.startsWith('docs/');
          if (isOutside || !exists(name)) return true;
          const linked = pageAt.get(name);
          return anchor !== undefined && !(linked && anchorsOf(linked).has(anchor));
        });
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(100);
    expect(found(problemsOf)).toEqual([]);
  });

  it('name only environment variables that something reads', () => {
    const known = [...knownVariables()];
    const isKnown = (name: string) =>
      name.endsWith('*') ? known.some((other) => other.startsWith(name.slice(0, -1))) : known.includes(name);
    expect(found(({ text }) => (text.match(FAMILIES) ?? []).filter((name) => !isKnown(name)))).toEqual([]);
  });

  it('say of a setting the default that it has', () => {
    const waits = /DEFAULT_SECONDS = (\d+);/.exec(read('docker/wait-for-dependencies.mjs'))?.[1] ?? '';
    const defaults = new Map([...settingDefaults(), ['SOMA_DEP_WAIT_SECONDS', waits]]);
    const told = ({ text }: Page) => [
      ...text.matchAll(/`([A-Z][A-Z_]+)` \((?:default )?`?([\w.:/]+)`?\)/g),
      ...text.matchAll(/\(`([A-Z][A-Z_]+)`, (\d+)\)/g),
    ];
    expect(pages.flatMap(told).length).toBeGreaterThan(5);
    const isWrong = ([, name = '', value]: readonly string[]) => defaults.has(name) && defaults.get(name) !== value;
    expect(
      found((page) =>
        told(page)
          .filter(isWrong)
          .map(([text]) => text),
      ),
    ).toEqual([]);
  });

  it('name only targets of make that exist', () => {
    const targets = makeTargets();
    const named = (page: Page) => matches(page, /(?:^|[\s(;&|])make ([a-z][a-z0-9-]*)/g);
    expect(pages.flatMap(named).length).toBeGreaterThan(50);
    expect(found((page) => named(page).filter((target) => !targets.has(target)))).toEqual([]);
  });

  it('name only commands and options that soma has', () => {
    const program = somaProgram();
    const named = (page: Page) =>
      matches(page, /(?:^|[\s(;])(?:soma|apps\/cli\/dist\/main\.js) ([a-z][^\n|;)#`]*)/g).map((words) => words.trim());
    const problemsOf = (page: Page) =>
      named(page).flatMap((words) => problemWith(words.split(/[\s,]+/), program) ?? []);
    expect(pages.flatMap(named).length).toBeGreaterThan(50);
    expect(found(problemsOf)).toEqual([]);
  });

  it('name only files of the repository that exist', () => {
    const named = (page: Page) =>
      matches(
        page,
        /(?:^|[\s(<])((?:\.\/)?(?:scripts|test|helm|k8s|docker|schemas|bench|libs|apps|docs)\/[\w./-]*\w)(?![\w*{-])/g,
      );
    const isMissing = (name: string) => !name.includes('/dist/') && !exists(name);
    expect(pages.flatMap(named).length).toBeGreaterThan(80);
    expect(found((page) => named(page).filter(isMissing))).toEqual([]);
  });

  it('set only values that the chart has', () => {
    const named = (page: Page) => matches(page, /--set ([\w.]+)=/g);
    expect(pages.flatMap(named).length).toBeGreaterThan(15);
    expect(found((page) => named(page).filter((name) => !isChartValue(name)))).toEqual([]);
  });

  it('name only metrics that are published', async () => {
    const published = await publishedMetrics();
    const sources = namesInSources();
    const isKnown = (name: string) => published.has(name) || sources.has(name);
    const named = (page: Page) => matches(page, /\b((?:soma|consumer|api|nodejs|process)_[a-z0-9_]+[a-z0-9])\b/g);
    expect(pages.flatMap(named).length).toBeGreaterThan(40);
    expect(found((page) => named(page).filter((name) => !isKnown(name)))).toEqual([]);
  });

  it('hold shell that bash can read', () => {
    const shell = (page: Page) => codeBlocks(page).filter(({ language }) => /^(sh|bash)$/.test(language));
    expect(pages.flatMap(shell).length).toBeGreaterThan(30);
    const problemsOf = (page: Page) =>
      shell(page).flatMap(({ code }) => {
        const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
        return status === 0 ? [] : [stderr.trim()];
      });
    expect(found(problemsOf)).toEqual([]);
  });
});

describe('the site', () => {
  const navigated = navigatedPages(read('mkdocs.yml'));

  it('lists every page once', () => {
    expect([...navigated].sort()).toEqual(sitePages.map(({ name }) => name.slice('docs/'.length)).sort());
  });

  it.each(['docs/runbooks/README.md', 'docs/adr/README.md'])('%s leads to every page beside it', (name) => {
    const linked = linksOf(pageAt.get(name) ?? { name, text: '' });
    const beside = sitePages.filter((page) => path.posix.dirname(page.name) === path.posix.dirname(name));
    const missing = beside.map((page) => path.posix.basename(page.name)).filter((file) => !linked.includes(file));
    expect(missing).toEqual(['README.md']);
  });

  it('leads from every alert to a scenario', () => {
    const alerts = sitePages.filter(({ name }) => name.startsWith('docs/runbooks/Soma'));
    expect(alerts.length).toBeGreaterThan(9);
    expect(
      found((page) => (linksOf(page).some((target) => /^[a-z-]+\.md$/.test(target)) ? [] : ['none']), alerts),
    ).toEqual([]);
  });
});

/** The pages of the navigation, in its order. */
function navigatedPages(configuration: string): readonly string[] {
  const parsed: unknown = parse(configuration);
  const pagesIn = (entry: unknown): string[] => {
    if (typeof entry === 'string') return [entry];
    return typeof entry === 'object' && entry !== null ? Object.values(entry).flatMap(pagesIn) : [];
  };
  return pagesIn(typeof parsed === 'object' && parsed !== null && 'nav' in parsed ? parsed.nav : []);
}
