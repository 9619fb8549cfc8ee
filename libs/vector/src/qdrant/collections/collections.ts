import type { Schemas } from '@qdrant/js-client-rest';
import { isJsonObject } from '@sfm/memory';
import { FACETS_VERSION } from '../points/facets.js';
import { OWN_FIELD } from '../points/point-codec.js';
import { CollectionExists, CollectionMissing } from '../server/qdrant-errors.js';
import type { QdrantServer } from '../server/qdrant-server.js';

/** Purpose of a collection: one namespace, all of them, or a copy of all points for other programs. */
export type CollectionUse = 'namespace' | 'shared' | 'mirror';

/** How the collections of this index are created. */
export interface CollectionOptions {
  /** Fingerprint of the embedding space, `Embedder.space`. */
  readonly space: string;
  readonly dimension: number;
  readonly holds: CollectionUse;
  /** Payload fields to index for users who query Qdrant directly, with dots between steps. */
  readonly indexedFields?: readonly string[];
}

export interface CollectionDescription {
  /** Dimension of this index's vectors; undefined when the collection's vectors are of another kind. */
  readonly dimension: number | undefined;
  /** Embedding space of the collection, from its metadata; undefined when this index did not create the collection. */
  readonly space: string | undefined;
  readonly holds: string | undefined;
  /** See `FACETS_VERSION`. */
  readonly facetsVersion: number;
  readonly indexedVectors: number;
  /** Payload fields with an index, by the type that it is of. */
  readonly indexedFields: ReadonlyMap<string, string>;
}

/** Key of the collection's metadata. */
const MAKER = 'somafractalmemory';
/** Creating a collection writes to disk several times, and indexing existing points takes time. */
const CREATE_TIMEOUT_MS = 60_000;

/** Describes the collection under a name or alias; undefined when there is none. */
export async function describeCollection(
  server: QdrantServer,
  name: string,
): Promise<CollectionDescription | undefined> {
  try {
    const info = await server.call((api, init) => api.getCollection({ collection_name: name }, init));
    const maker = isJsonObject(info.config.metadata) ? info.config.metadata[MAKER] : undefined;
    const { space, holds, facets } = isJsonObject(maker) ? maker : {};
    return {
      dimension: dimensionOf(info.config.params.vectors),
      space: typeof space === 'string' ? space : undefined,
      holds: typeof holds === 'string' ? holds : undefined,
      facetsVersion: typeof facets === 'number' ? facets : 1,
      indexedVectors: info.indexed_vectors_count ?? 0,
      indexedFields: new Map(
        Object.entries(info.payload_schema).flatMap(([field, index]) =>
          index ? [[field, index.data_type] as const] : [],
        ),
      ),
    };
  } catch (error) {
    if (error instanceof CollectionMissing) return undefined;
    throw error;
  }
}

/** Creates a collection and its payload indexes; existing ones stay unchanged. */
export async function createCollection(server: QdrantServer, name: string, options: CollectionOptions): Promise<void> {
  const { space, dimension, holds } = options;
  // Searches in a shared collection are always within one namespace: one graph per namespace serves them.
  const graphs = holds === 'shared' ? { hnsw_config: { m: 0, payload_m: 16 } } : {};
  const definition = {
    collection_name: name,
    vectors: { size: dimension, distance: 'Cosine' as const },
    metadata: { [MAKER]: { space, holds, facets: FACETS_VERSION } },
    ...graphs,
  };
  const slowly = { timeoutMs: CREATE_TIMEOUT_MS };
  try {
    await server.call((api, init) => api.createCollection(definition, init), slowly);
  } catch (error) {
    if (!(error instanceof CollectionExists)) throw error;
  }
  for (const index of payloadIndexes(options)) {
    await server.call(
      (api, init) => api.createFieldIndex({ collection_name: name, wait: true, ...index }, init),
      slowly,
    );
  }
}

/** Deletes a collection with its aliases; does nothing when it does not exist. */
export async function dropCollection(server: QdrantServer, name: string): Promise<void> {
  await server.call((api, init) => api.deleteCollection({ collection_name: name }, init), {
    timeoutMs: CREATE_TIMEOUT_MS,
  });
}

type FieldIndex = Schemas['CreateFieldIndex'];

function payloadIndexes({ holds, indexedFields = [] }: CollectionOptions): FieldIndex[] {
  const time = { type: 'integer' as const, lookup: false, range: true };
  return [
    { field_name: `${OWN_FIELD}.facets`, field_schema: { type: 'integer', lookup: true, range: false } },
    { field_name: `${OWN_FIELD}.created_at`, field_schema: time },
    ...(holds === 'namespace'
      ? []
      : [{ field_name: `${OWN_FIELD}.namespace`, field_schema: { type: 'keyword' as const, is_tenant: true } }]),
    ...indexedFields.map((field) => ({ field_name: field, field_schema: 'keyword' as const })),
  ];
}

function dimensionOf(vectors: unknown): number | undefined {
  return isSized(vectors) ? vectors.size : undefined;
}

function isSized(vectors: unknown): vectors is { readonly size: number } {
  return typeof vectors === 'object' && vectors !== null && 'size' in vectors && typeof vectors.size === 'number';
}
