export {
  MemoryError as SomaFractalMemoryError,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  type StoredMemory,
} from '@sfm/memory';
export type { MemorySystemConfig } from '@sfm/service-config';
export { createMemorySystem, type Surroundings } from './create-memory-system.js';
export type { LinkedOptions, LinkOptions } from './parts/linking.js';
export type { Lock } from './parts/keeping.js';
export type { ConsolidateOptions, UnknownMemory } from './parts/looking-back.js';
export type { NamespaceCounts, NamespaceDescription, Namespaces } from './parts/namespaces.js';
export type { Place } from './parts/part.js';
export type { KeywordSearchOptions, MemoryStats } from './parts/reading.js';
export type {
  ContextRecallOptions,
  FilteredRecallOptions,
  HybridRecallOptions,
  RecallOptions,
} from './parts/recalling.js';
export type { Recipient } from './parts/sharing.js';
export type { BulkItem } from './parts/storing.js';
export type { ScoredMemory } from './model/enriched.js';
export type { Hook, HookCalls, HookEvent } from './model/hooks.js';
export { type MemoryHealth, SomaFractalMemoryEnterprise } from './soma-fractal-memory.js';
export { MemoryMode, MemoryType } from './model/vocabulary.js';
export type { FieldCipher } from './model/sealed-fields.js';
export { deserialize, serialize } from './model/serialization.js';
