import { z } from 'zod';

const host = z.string().min(1);
const port = z.int().min(1).max(65_535);
const seconds = z.number().min(0);
const wholeSeconds = z.int().min(0).max(3_155_760_000);
const key = z.string().regex(/^[^,+]+$/, 'must not be empty, nor hold a comma or a plus');

/**
 * Configuration of a memory system in the shape that the service's documentation shows. What it does not say is taken
 * from the environment of the process, and after that from the defaults of the service.
 */
const ConfigSchema = z.strictObject({
  /** A cache that several processes share. */
  redis: z
    .strictObject({
      host: host.optional(),
      port: port.optional(),
      db: z.int().min(0).optional(),
      password: z.string().optional(),
      /** `redis://…`, `rediss://…`, of a cluster or of sentinels too. */
      url: z.string().min(1).optional(),
      enabled: z.boolean().optional(),
      /** No Redis, whatever the environment says. */
      testing: z.boolean().optional(),
    })
    .optional(),
  /** Where memories are stored. */
  postgres: z.strictObject({ url: z.string().min(1).optional() }).optional(),
  /** `memory`: vectors are searched in this process. `qdrant`: in Qdrant. */
  vector: z
    .strictObject({
      backend: z
        .string()
        .transform((word) => word.toLowerCase())
        .pipe(z.enum(['memory', 'qdrant']))
        .optional(),
    })
    .optional(),
  /** A Qdrant server; `location: ':memory:'`, `path` and `testing` mean vectors in this process. */
  qdrant: z
    .strictObject({
      url: z.string().min(1).optional(),
      host: host.optional(),
      port: port.optional(),
      api_key: z.string().optional(),
      location: z.string().optional(),
      path: z.string().optional(),
      testing: z.boolean().optional(),
    })
    .optional(),
  /** `enabled: false` publishes no events, whatever the environment says. */
  eventing: z
    .strictObject({
      enabled: z.boolean().optional(),
      /** Addresses of Kafka brokers. */
      brokers: z.array(host).min(1).optional(),
      topic: z.string().min(1).optional(),
    })
    .optional(),
  memory_enterprise: z
    .strictObject({
      max_memory_size: z.int().min(1).optional(),
      pruning_interval_seconds: seconds.optional(),
      decay_thresholds_seconds: z.array(wholeSeconds).optional(),
      decayable_keys_by_level: z.array(z.array(key)).optional(),
      decay_enabled: z.boolean().optional(),
      /** Accepted: what is committed is always indexed. */
      reconcile_enabled: z.boolean().optional(),
      vector_dim: z.int().min(1).optional(),
    })
    .optional(),
  /** Folder of the embedded PostgreSQL, when `postgres` names none. */
  data_dir: z.string().min(1).optional(),
});

export type MemorySystemConfig = z.input<typeof ConfigSchema>;
export type ReadConfig = z.output<typeof ConfigSchema>;

/** Why a configuration cannot be read: the first key that is wrong, and what is allowed there. */
export interface ConfigObjectProblem {
  /** Such as `config.redis.port`. */
  readonly place: string;
  readonly allowed: string;
}

/** Reads a configuration that anybody may have written. */
export function readConfigObject(
  config: unknown,
): { readonly config: ReadConfig } | { readonly problem: ConfigObjectProblem } {
  const read = ConfigSchema.safeParse(config);
  if (read.success) return { config: read.data };
  const [issue] = read.error.issues;
  const place = ['config', ...(issue?.path ?? [])].join('.');
  return { problem: { place, allowed: issue?.message ?? 'is not valid' } };
}
