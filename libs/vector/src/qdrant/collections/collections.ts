import type { Schemas } from '@qdrant/js-client-rest';
import { isJsonObject } from '@sfm/memory';
import { OWN_FIELD } from '../points/point-codec.js';
import { CollectionExists, CollectionMissing } from '../server/qdrant-errors.js';
import type { QdrantServer } from '../server/qdrant-server.js';

/** What a collection is for: one namespace, all of them, or whoever looks for all points in one place. */
export type CollectionUse = 'namespace' | 'shared' | 'mirror';

/** How the collections of this index are made. */
export interface CollectionOptions {
  /** Fingerprint of the embedding space, `Embedder.space`. */
  readonly space: string;
  readonly dimension: number;
  readonly holds: CollectionUse;
  /** Payload fields to index for those who query Qdrant themselves, dots between steps. */
  readonly indexedFields?: readonly string[];
}

export interface CollectionDescription {
  /** Of the vectors this index writes; undefined when the collection's are of another kind. */
  readonly dimension: number | undefined;
  /** Who made the collection and for what space; undefined when this index has not. */
  readonly space: string | undefined;
  readonly holds: string | undefined;
  readonly indexedVectors: number;
  /** Payload fields with an index. */
  readonly indexedFields: readonly string[];
}

/** Key of the collection's metadata. */
const MAKER = 'somafractalmemory';
/** Making a collection writes to disk several times, and an index over what is already there takes its time. */
const CREATE_TIMEOUT_MS = 60_000;

/** What is under a name or alias; undefined when nothing is. */
export async function describeCollection(
  server: QdrantServer,
  name: string,
): Promise<CollectionDescription | undefined> {
  try {
    const info = await server.call((api, init) => api.getCollection({ collection_name: name }, init));
    const maker = isJsonObject(info.config.metadata) ? info.config.metadata[MAKER] : undefined;
    const { space, holds } = isJsonObject(maker) ? maker : {};
    return {
      dimension: dimensionOf(info.config.params.vectors),
      space: typeof space === 'string' ? space : undefined,
      holds: typeof holds === 'string' ? holds : undefined,
      indexedVectors: info.indexed_vectors_count ?? 0,
      indexedFields: Object.keys(info.payload_schema),
    };
  } catch (error) {
    if (error instanceof CollectionMissing) return undefined;
    throw error;
  }
}

/** Makes a collection and its payload indexes; what is there already stays as it is. */
export async function createCollection(server: QdrantServer, name: string, options: CollectionOptions): Promise<void> {
  const { space, dimension, holds } = options;
  // Searches in a shared collection are always within one namespace: one graph per namespace serves them.
  const graphs = holds === 'shared' ? { hnsw_config: { m: 0, payload_m: 16 } } : {};
  const definition = {
    collection_name: name,
    vectors: { size: dimension, distance: 'Cosine' as const },
    metadata: { [MAKER]: { space, holds } },
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

/** Deletes a collection with its aliases; nothing happens when it is not there. */
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
