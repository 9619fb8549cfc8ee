import type { OpenAPIObject } from '@nestjs/swagger';

const JSON_TYPE = 'application/json';

interface Parameter {
  readonly schema?: { readonly contentMediaType?: string; readonly contentSchema?: object };
}

/** Describes parameters that are JSON, written as text, by the schema of that JSON, as OpenAPI has it: by `content`. */
export function withJsonParameters(document: OpenAPIObject): OpenAPIObject {
  const paths = Object.entries(document.paths).map(([path, operations]) => [
    path,
    Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, described(operation)])),
  ]);
  return { ...document, paths: Object.fromEntries(paths) as OpenAPIObject['paths'] };
}

function described(operation: unknown): unknown {
  if (typeof operation !== 'object' || operation === null || !('parameters' in operation)) return operation;
  const parameters = (operation.parameters as readonly Parameter[]).map(({ schema, ...parameter }) =>
    schema?.contentMediaType === JSON_TYPE
      ? { ...parameter, content: { [JSON_TYPE]: { schema: schema.contentSchema } } }
      : { ...parameter, ...(schema ? { schema } : {}) },
  );
  return { ...operation, parameters };
}
