import type { RequestBounds } from '../checks/request-bounds.js';

/** In a schema, names the configured bound that limits the value; readers then get the bound itself. */
const MARK = 'x-at-most';

const KEYWORDS: Readonly<Record<string, string>> = { array: 'maxItems', string: 'maxLength', integer: 'maximum' };

/** Returns the schemas with every marked one limited by the configured bound. */
export function withBounds(schemas: unknown, bounds: RequestBounds): unknown {
  const limited = (node: unknown): unknown => {
    if (Array.isArray(node)) return (node as readonly unknown[]).map(limited);
    if (typeof node !== 'object' || node === null) return node;
    const { [MARK]: bound, ...schema } = node as Record<string, unknown>;
    const members = Object.entries(schema).map(([name, value]) => [name, limited(value)] as const);
    const limits = typeof bound === 'string' ? [limitOf(schema, bound)] : [];
    return Object.fromEntries<unknown>([...members, ...limits]);
  };
  const limitOf = ({ type }: Record<string, unknown>, bound: string): readonly [string, number] => {
    const keyword = KEYWORDS[String(type)];
    const value = Object.entries<unknown>({ ...bounds }).find(([name]) => name === bound)?.[1];
    if (keyword === undefined || typeof value !== 'number') throw new Error(`no bound ${bound} of a ${String(type)}`);
    return [keyword, value];
  };
  return limited(schemas);
}
