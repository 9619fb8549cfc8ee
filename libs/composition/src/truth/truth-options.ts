import type { PoolOptions, TlsOptions } from '@sfm/storage';
import type { TruthWording } from './truth-wording.js';

/** Where the truth is stored: in a PostgreSQL that this process starts, or on a server. */
export type TruthOptions = EmbeddedTruthOptions | ServerTruthOptions;

interface CommonTruthOptions {
  /** @default as `PoolOptions` says */
  readonly pool?: PoolOptions;
  /** Messages about server problems. @default `PLAIN_WORDING` */
  readonly wording?: TruthWording;
}

/** A real PostgreSQL in its own folder. One process per folder. */
export interface EmbeddedTruthOptions extends CommonTruthOptions {
  readonly kind: 'embedded';
  /** Created when missing; relative paths start at the working directory. */
  readonly dataDir: string;
}

/** A database on a PostgreSQL 15 or newer; a user that may create tables in it is enough. */
export interface ServerTruthOptions extends CommonTruthOptions {
  readonly kind: 'server';
  /** `postgresql://user:password@host:5432/database`, with the parameters of libpq for TLS. */
  readonly url: string;
  /**
   * The server itself, where `url` leads to a pooler that gives a connection for one transaction: for what needs a session.
   * @default `url`, which must not be a pooler's then
   */
  readonly directUrl?: string;
  /** Overrides the TLS parameters of the URL. */
  readonly tls?: TlsOptions;
}
