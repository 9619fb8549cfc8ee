import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type SchemaObject = Exclude<Schemas[string], { $ref: string }>;

/** The bounds of exact integers go without saying. */
const RENDERING = {
  io: 'input',
  unrepresentable: 'any',
  override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
} as const;

const registry = z.registry<{ id: string }>();
const ids = new Map<z.ZodType, string>();

/** Gives a schema a name in the API document; routes then refer to it, and so do schemas that hold it. */
export function apiSchema<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  registry.add(schema, { id });
  ids.set(schema, id);
  return schema;
}

/** Reference to a named schema. */
export function schemaRef(schema: z.ZodType): { $ref: string } {
  const id = ids.get(schema);
  if (id === undefined) throw new Error('name the schema with apiSchema() before a route refers to it');
  return { $ref: componentUri(id) };
}

/** All named schemas, as the document's components. */
export function componentSchemas(): Record<string, SchemaObject> {
  const { schemas } = z.toJSONSchema(registry, { ...RENDERING, uri: componentUri });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, openApiSchema(schema)]));
}

/** The JSON Schema of one value, written out, e.g. for a query parameter. */
export function inlineSchema(schema: z.ZodType): SchemaObject {
  return openApiSchema(z.toJSONSchema(schema, RENDERING));
}

/** Where the document keeps the schema of this name. */
export function componentUri(id: string): string {
  return `#/components/schemas/${id}`;
}

/** Identity keywords belong to stand-alone schemas only. */
function openApiSchema(schema: z.core.JSONSchema.BaseSchema): SchemaObject {
  const { $schema, $id, ...rest } = schema;
  return rest as SchemaObject;
}
