import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '../services/repository.js';

const FENCE = /^( *)(`{3,})(\w*)\n([\s\S]*?)^\1\2$/gm;
const INDENTED = /(?:^ {4}.*\n?)+/gm;
const INLINE = /`([^`\n]+(?:\n[^`\n]+)?)`/g;
const LINK = /\[(?:[^\]\\[]|\\.)*\]\(([^)\s]+)\)/g;
const HEADING = /^#{1,6} (.+)$/gm;

export interface Page {
  /** From the root of the repository. */
  readonly name: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The pages of the site and those at the top and beside the manifests. */
export function allPages(): readonly Page[] {
  const site = readdirSync(path.join(REPOSITORY, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join('docs', name.split(path.sep).join('/')));
  const names = [...site, 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'helm/README.md', 'k8s/README.md'];
  return names.sort().map((name) => ({ name, text: readFileSync(path.join(REPOSITORY, name), 'utf8') }));
}

export function codeBlocks({ text }: Page): readonly CodeBlock[] {
  return [...text.matchAll(FENCE)].map(([, indent = '', , language = '', code = '']) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** What is written as code: fenced, indented and inline, one entry each. */
export function codeOf(page: Page): readonly string[] {
  const prose = page.text.replaceAll(FENCE, '');
  const inline = [...prose.matchAll(INLINE)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
  const indented = [...prose.matchAll(INDENTED)].map(([block]) => block);
  return [...codeBlocks(page).map(({ code }) => code), ...inline, ...indented];
}

/** Targets of links and images, those in code left out. */
export function linksOf({ text }: Page): readonly string[] {
  return [
    ...text
      .replaceAll(FENCE, '')
      .replaceAll(/`[^`\n]+`/g, '')
      .matchAll(LINK),
  ].map(([, target = '']) => target);
}

/** The anchors of a page's headings, as the site and the repository's web pages name them where both agree. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  const prose = text.replaceAll(FENCE, '');
  return new Set(
    [...prose.matchAll(HEADING)].map(([, heading = '']) =>
      heading
        .replaceAll(/\[([^\][]*)\]\([^()]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\s-]/gu, '')
        .trim()
        .replaceAll(/[-\s]+/g, '-'),
    ),
  );
}
