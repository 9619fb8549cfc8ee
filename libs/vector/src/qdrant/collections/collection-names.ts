import { createHash } from 'node:crypto';

/** Qdrant allows 255 characters; the suffixes take some of them. */
const MAX_ENCODED = 200;
const PHYSICAL_SUFFIX = /--[0-9a-f]{8}(--r\d+)?$/;

/**
 * The alias of a namespace: its own name, where Qdrant allows it. Every other character, and what would make the name look
 * like a physical collection's, is written as `~` and two hexadecimal digits per UTF-8 byte; `~` is in no namespace's name.
 */
export function aliasOf(namespace: string): string {
  const encoded = namespace
    .replaceAll(/[^A-Za-z0-9_.-]/gu, escaped)
    .replace(PHYSICAL_SUFFIX, (suffix) => `~2d${suffix.slice(1)}`);
  if (encoded.length <= MAX_ENCODED) return encoded;
  return `${encoded.slice(0, MAX_ENCODED - 34)}~~${digest(namespace).slice(0, 32)}`;
}

/** The physical collection of an alias and an embedding space; generations come from rebuilding. */
export function physicalName(alias: string, space: string, generation = 0): string {
  const base = `${alias}--${digest(space).slice(0, 8)}`;
  return generation === 0 ? base : `${base}--r${generation}`;
}

/** Whether a collection is one of those behind an alias, of whatever space and generation. */
export function isPhysicalOf(alias: string, collection: string): boolean {
  return collection.startsWith(`${alias}--`) && PHYSICAL_SUFFIX.exec(collection)?.index === alias.length;
}

/** 0 for a collection that no rebuild has made. */
export function generationOf(collection: string): number {
  return Number(/--r(\d+)$/.exec(collection)?.[1] ?? 0);
}

function escaped(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join('');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
