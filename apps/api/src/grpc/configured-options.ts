import { readFileSync } from 'node:fs';
import type { AppConfig } from '@sfm/config';
import type { GrpcOptions, GrpcTls } from './grpc-options.js';

/** What the settings mean for the door. Reads the certificates. */
export function grpcOptions({ http, grpc }: Pick<AppConfig, 'http' | 'grpc'>): GrpcOptions {
  const tls = tlsOf(grpc);
  return {
    host: http.host,
    port: grpc.port,
    maxMessageBytes: http.maxBodyBytes,
    requestTimeoutMs: http.requestTimeoutMs,
    keepAliveMs: grpc.keepAliveMs,
    maxConnectionAgeMs: grpc.maxConnectionAgeMs,
    ...(tls ? { tls } : {}),
  };
}

function tlsOf({ tlsCertFile, tlsKeyFile, tlsClientCaFile }: AppConfig['grpc']): GrpcTls | undefined {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return undefined;
  return {
    certificate: readFileSync(tlsCertFile),
    key: readFileSync(tlsKeyFile),
    ...(tlsClientCaFile === undefined ? {} : { clientAuthorities: readFileSync(tlsClientCaFile) }),
  };
}
