import type { PoolOptions, TlsOptions } from '@sfm/storage';
import type { TruthWording } from './truth-wording.js';

/** Where the truth is: in a PostgreSQL that this process starts itself, or on a server. */
export type TruthOptions = EmbeddedTruthOptions | ServerTruthOptions;

interface CommonTruthOptions {
  /** @default as `PoolOptions` says */
  readonly pool?: PoolOptions;
  /** How trouble with the server is told to people. @default in words of its own */
  readonly wording?: TruthWording;
}

/** A real PostgreSQL in a folder of its own. One process per folder. */
export interface EmbeddedTruthOptions extends CommonTruthOptions {
  readonly kind: 'embedded';
  /** Made when it is missing; relative paths start at the working directory. */
  readonly dataDir: string;
}

/** A database on a PostgreSQL 15 or newer; a user that may create tables in it is enough. */
export interface ServerTruthOptions extends CommonTruthOptions {
  readonly kind: 'server';
  /** `postgresql://user:password@host:5432/database`, with the parameters of libpq for TLS. */
  readonly url: string;
  /** Wins over what the address says. */
  readonly tls?: TlsOptions;
}
