import 'reflect-metadata';
import type { LoggerService } from '@nestjs/common';
import { openMemorySystem, type MemorySystemOptions } from '@sfm/composition';
import { loadConfig, readEnvironment, type Environment } from '@sfm/config';
import { InvalidRequestError } from '@sfm/memory';
import {
  memorySystemOptions,
  readConfigObject,
  withConfig,
  type MemorySystemConfig,
  type ReadConfig,
} from '@sfm/service-config';
import { SomaFractalMemoryEnterprise } from './soma-fractal-memory.js';
import { AuditLog } from './model/audit-log.js';
import { MemoryMode } from './model/vocabulary.js';

const CLIENT_NAME = 'soma-library';

export interface Surroundings {
  /** What the parts have to say. @default warnings and errors go to `console` */
  readonly logger?: LoggerService;
  /** Called when another process has taken over the data folder or the database: close then. @default nothing is done */
  readonly onLost?: () => void;
  /** File of `auditLog`. @default 'audit_log.jsonl' in the working directory */
  readonly auditLogFile?: string;
  /** Settings that `config` does not make. @default the environment of this process */
  readonly environment?: Environment;
}

/**
 * Opens a memory system in this process: with the servers that `config` or the environment name, otherwise with a
 * PostgreSQL of its own in a folder. What `config` says wins over the environment.
 *
 * @param mode `MemoryMode.EVENTED_ENTERPRISE` or its text
 * @throws SomaFractalMemoryError naming the key of `config` that is wrong; Error with a message for operators: folder or
 * database in use, server unreachable, settings that are not valid
 */
export async function createMemorySystem(
  mode: string,
  namespace: string,
  config: MemorySystemConfig | null = {},
  {
    logger = consoleLogger(),
    onLost,
    auditLogFile = 'audit_log.jsonl',
    environment = readEnvironment(),
  }: Surroundings = {},
): Promise<SomaFractalMemoryEnterprise> {
  MemoryMode.fromString(mode);
  const read = readConfig(config ?? {});
  const options = { ...memorySystemOptions(loadConfig(withConfig(environment, read)), CLIENT_NAME), namespace };
  assertQdrant(read, options);
  const system = await openMemorySystem(options, { logger, ...(onLost ? { onLost } : {}) });
  return new SomaFractalMemoryEnterprise(system, new AuditLog(auditLogFile), (message, error) => {
    logger.error(message, error);
  });
}

/** @throws InvalidRequestError that names the first key that is wrong, and what is allowed */
function readConfig(config: MemorySystemConfig): ReadConfig {
  const read = readConfigObject(config);
  if ('config' in read) return read.config;
  throw new InvalidRequestError(read.problem.place, read.problem.allowed);
}

function assertQdrant({ vector }: ReadConfig, { vectors }: MemorySystemOptions): void {
  if (vector?.backend !== 'qdrant' || vectors?.kind === 'qdrant') return;
  throw new InvalidRequestError('config.qdrant', "must say where Qdrant is, as vector.backend is 'qdrant'");
}

/** Passes on warnings and errors. */
function consoleLogger(): LoggerService {
  const toConsole = (message: unknown, ...more: readonly unknown[]): void => {
    console.warn(message, ...more);
  };
  return { log: () => undefined, warn: toConsole, error: toConsole };
}
