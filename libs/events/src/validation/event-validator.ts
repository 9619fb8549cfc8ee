import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { MemoryEvent } from '@sfm/memory';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

const SCHEMA = createRequire(import.meta.url).resolve('@sfm/schemas/memory.event.json');

/** Validates events against the published schema; used by both producers and consumers. */
export class EventValidator {
  private readonly check: ValidateFunction<MemoryEvent>;

  /** @throws when the schema file is missing: an image without it must not start. */
  constructor() {
    const ajv = new Ajv({ allErrors: true });
    addFormats.default(ajv);
    this.check = ajv.compile<MemoryEvent>(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
  }

  accepts(value: unknown): value is MemoryEvent {
    return this.check(value);
  }

  /** Returns the reason why a value is not a valid event; null when it is valid. */
  problem(value: unknown): string | null {
    if (this.check(value)) return null;
    return (this.check.errors ?? [])
      .map((error) => `${error.instancePath.slice(1).replaceAll('/', '.') || 'event'} ${error.message ?? 'is invalid'}`)
      .join('; ');
  }
}
