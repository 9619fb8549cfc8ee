import type { OpenAPIObject } from '@nestjs/swagger';
import { JSON_VALUE } from '@sfm/edge';
import { z } from 'zod';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type SchemaObject = Exclude<Schemas[string], { $ref: string }>;

/** Omits the safe-integer bounds, which zod adds to every integer. */
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

/** Gives a schema a name in the API document; routes and enclosing schemas then refer to it. */
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
  const named = Object.entries(schemas).map(([id, schema]) => [id, openApiSchema(schema)] as const);
  return { ...Object.fromEntries(named), JsonValue: JSON_VALUE };
}

/** The JSON Schema of one value, written out, e.g. for a query parameter. */
export function inlineSchema(schema: z.ZodType): SchemaObject {
  return openApiSchema(z.toJSONSchema(schema, RENDERING));
}

/** Location of a named schema in the document. */
export function componentUri(id: string): string {
  return `#/components/schemas/${id}`;
}

/** Removes the identity keywords, which are only for stand-alone schemas. */
function openApiSchema(schema: z.core.JSONSchema.BaseSchema): SchemaObject {
  const { $schema, $id, ...rest } = schema;
  return rest as SchemaObject;
}
