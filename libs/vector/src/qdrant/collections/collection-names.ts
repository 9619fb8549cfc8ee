import { createHash } from 'node:crypto';

/** Qdrant allows 255 characters; the suffixes take some of them. */
const MAX_ENCODED = 200;
const PHYSICAL_SUFFIX = /--[0-9a-f]{8}(--r\d+)?$/;

/**
 * Returns the alias of a namespace: its own name, where Qdrant and a path of a URL allow it. Every other character, `~`
 * itself, a dot or hyphen in front, and anything that would make the name look like a physical collection's, is written
 * as `~` and two hexadecimal digits per UTF-8 byte, so no two namespaces share a name.
 */
export function aliasOf(namespace: string): string {
  const encoded = namespace
    .replaceAll(/[^A-Za-z0-9_.-]|^[.-]/gu, escaped)
    .replace(PHYSICAL_SUFFIX, (suffix) => `~2d${suffix.slice(1)}`);
  if (encoded.length <= MAX_ENCODED) return encoded;
  return `${encoded.slice(0, MAX_ENCODED - 34)}~~${digest(namespace).slice(0, 32)}`;
}

/** Returns the physical collection of an alias and an embedding space; each rebuild increases the generation. */
export function physicalName(alias: string, space: string, generation = 0): string {
  const base = `${alias}--${digest(space).slice(0, 8)}`;
  return generation === 0 ? base : `${base}--r${generation}`;
}

/** Whether a collection is one of an alias's physical collections, of any space and generation. */
export function isPhysicalOf(alias: string, collection: string): boolean {
  return collection.startsWith(`${alias}--`) && PHYSICAL_SUFFIX.exec(collection)?.index === alias.length;
}

/** Returns 0 for a collection that no rebuild has created. */
export function generationOf(collection: string): number {
  return Number(/--r(\d+)$/.exec(collection)?.[1] ?? 0);
}

function escaped(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join('');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
