import type { NamespaceScope } from '@sfm/memory';

/** The setting that policies compare namespaces with: LIKE patterns, separated by a character that no name may hold. */
export const SCOPE_SETTING = 'soma.namespaces';
export const SCOPE_SEPARATOR = '\u001f';
/** Everything, as of a session that never said anything: that of an operator. */
export const EVERY_NAMESPACE = '%';

const SPECIAL = /[\\%_]/g;

/** The scope as the setting; an empty one lets nothing be seen. */
export function scopeSetting({ covered }: NamespaceScope): string {
  if (covered === '*') return EVERY_NAMESPACE;
  return covered
    .map((one) => (typeof one === 'string' ? literal(one) : `${literal(one.prefix)}%`))
    .join(SCOPE_SEPARATOR);
}

function literal(name: string): string {
  return name.replaceAll(SPECIAL, String.raw`\$&`);
}
