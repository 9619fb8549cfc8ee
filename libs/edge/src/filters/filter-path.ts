import { FILTER_BOUNDS, InvalidRequestError } from '@sfm/memory';

/** Keys of a filter that group conditions, instead of naming a field. */
export const GROUPS = ['and', 'or', 'not'] as const;
export type Group = (typeof GROUPS)[number];

export function isGroupKey(key: string): key is Group {
  return GROUPS.some((group) => group === key);
}

/**
 * Splits a path: `meta.lang` is two steps; `\.` is a literal dot and `\\` a backslash. A field named like a group is
 * written with a backslash in front: `\not`.
 *
 * @throws InvalidRequestError for an empty step, or a path beyond all bounds
 */
export function splitPath(key: string, field: string): string[] {
  if (key.length > FILTER_BOUNDS.maxBytes) {
    throw new InvalidRequestError(field, `must be at most ${FILTER_BOUNDS.maxBytes} bytes`);
  }
  if (key.startsWith('\\') && isGroupKey(key.slice(1))) return [key.slice(1)];
  const steps = [''];
  for (const [token] of key.matchAll(/\\[.\\]|[^.\\]+|[^]/gu)) {
    if (token === '.') steps.push('');
    else steps[steps.length - 1] += token.length === 2 && token.startsWith('\\') ? token.slice(1) : token;
  }
  if (steps.includes('')) throw new InvalidRequestError(field, 'must be a path of non-empty keys separated by dots');
  return steps;
}

/** Writes a path as a filter does: see `splitPath`. */
export function joinPath(path: readonly string[]): string {
  const [only = ''] = path;
  if (path.length === 1 && isGroupKey(only)) return `\\${only}`;
  return path.map((step) => step.replaceAll(/[.\\]/g, String.raw`\$&`)).join('.');
}
