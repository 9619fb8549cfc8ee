import { withBounds, type RequestBounds } from '@sfm/edge';
import { z } from 'zod';
import type { Tool } from './tool.js';

/** The JSON Schema of the arguments, complete in itself and with the configured bounds. */
export function inputSchemaOf({ input }: Pick<Tool, 'input'>, bounds: RequestBounds): { readonly type: 'object' } {
  const { $schema, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  return { ...(withBounds(withoutReferences(schema), bounds) as object), type: 'object' };
}

/** Hosts get one schema per tool: what the API document refers to is any JSON value. */
function withoutReferences(node: unknown): unknown {
  if (Array.isArray(node)) return (node as readonly unknown[]).map(withoutReferences);
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, ...rest } = node as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, withoutReferences(value)]));
}
