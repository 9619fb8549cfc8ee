import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { withBounds, type RequestBounds } from '@sfm/edge';
import { withJsonParameters } from './json-parameters.js';
import { BEARER } from './operation.js';
import { componentSchemas } from './schema-registry.js';

const DESCRIPTION = `A self-hosted memory service for AI agents.

Routes under \`/v1\` are the clean API: proper status codes, unknown fields refused, problem+json errors.
All other routes keep the names and shapes existing clients rely on: 200, unknown fields ignored, \`{"detail": …}\`.
A memory is a JSON payload at a coordinate in a namespace; writes are answered after they are committed.

Every write answers with a token in the header \`X-Soma-Consistency\`. A request that carries it in the same header, in whichever
process, is answered from a state that has that write: it waits up to two seconds, then 503 \`write_not_visible\`. A token that
is broken, of another namespace or service, or that names a write the database does not have is 422
\`unknown_write\`.`;

const TAGS: Readonly<Record<string, string>> = {
  memories: 'Keep, read, list and delete memories.',
  history: 'Read what a memory was, and compare and restore its versions.',
  recall: 'Find the memories that matter.',
  consolidation: 'Make semantic memories of episodic ones, and undo it.',
  locks: 'Lock by name, among all who work in a namespace.',
  links: 'Link memories, and find what is linked with what.',
  'memories (compatible)': 'The same, in the words existing clients use.',
  'recall (compatible)': 'The same, in the words existing clients use.',
  'links (compatible)': 'The same, in the words existing clients use.',
  maintenance: 'Prove that everything agrees, and rebuild what is derived.',
  service: 'Health, metrics and counts.',
};

/**
 * Builds the OpenAPI 3.1 document of all routes, with the bounds in force. Needs no backend: a preview application is
 * enough.
 */
export function openApiDocument(
  app: INestApplication,
  { version, bounds }: { readonly version: string; readonly bounds: RequestBounds },
): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('SomaFractalMemory API')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'Where this document is served')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque', description: 'The API token.' }, BEARER);
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { autoTagControllers: false });
  const components = { ...document.components, schemas: componentSchemas() };
  return withBounds(withJsonParameters({ ...document, components }), bounds) as OpenAPIObject;
}
