/** Certificate of the server, in PEM. */
export interface GrpcTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Certificates that sign those of callers; with it, callers without one are refused. */
  readonly clientAuthorities?: Buffer;
}

/** Options of the gRPC door. Bound as a value by the composition root. */
export abstract class GrpcOptions {
  abstract readonly host: string;
  /** 0 lets the system choose one. */
  abstract readonly port: number;
  /** Plain text without it. */
  abstract readonly tls?: GrpcTls;
  /** Largest message that is received, in bytes. */
  abstract readonly maxMessageBytes: number;
  /** Longest time from a call to its answer, in milliseconds; a shorter deadline of the caller wins. */
  abstract readonly requestTimeoutMs: number;
  /** How often an idle connection is asked whether it still is one, in milliseconds. */
  abstract readonly keepAliveMs: number;
  /** Age at which a connection is told to be made anew, in milliseconds; without it, none is. */
  abstract readonly maxConnectionAgeMs?: number;
}
