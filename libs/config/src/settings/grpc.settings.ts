import { flag, integer, PEM_FILE, scaled, text } from '../kinds/setting-kinds.js';

/** The server of gRPC. It listens on the host of HTTP, and takes over its limits and timeouts. */
export const grpcSettings = {
  isEnabled: flag({
    name: 'SOMA_GRPC_ENABLED',
    fallback: true,
    description: 'Serve gRPC beside HTTP.',
  }),
  port: integer({
    name: 'SOMA_GRPC_PORT',
    fallback: 50_053,
    min: 0,
    max: 65_535,
    description: 'Port of gRPC, on the host that SOMA_API_HOST names; 0 lets the system choose one.',
  }),
  tlsCertFile: text({
    name: 'SOMA_GRPC_TLS_CERT',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificate of gRPC, with those that lead to its authority. With it, gRPC is served over TLS alone.',
  }),
  tlsKeyFile: text({
    name: 'SOMA_GRPC_TLS_KEY',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Key of SOMA_GRPC_TLS_CERT.',
  }),
  tlsClientCaFile: text({
    name: 'SOMA_GRPC_TLS_CLIENT_CA',
    fallback: undefined,
    allowed: PEM_FILE,
    description:
      'Authorities of clients: with it, callers without a certificate of theirs are refused (mutual TLS). The token is ' +
      'needed all the same.',
  }),
  keepAliveMs: scaled({
    name: 'SOMA_GRPC_KEEP_ALIVE_SECONDS',
    fallback: 60,
    min: 1,
    max: 86_400,
    factor: 1000,
    unit: 's',
    description: 'How often a connection is asked whether its client is still there; one without an answer is closed.',
  }),
  maxConnectionAgeMs: scaled({
    name: 'SOMA_GRPC_MAX_CONNECTION_AGE_SECONDS',
    fallback: 3600,
    min: 1,
    max: 86_400,
    factor: 1000,
    unit: 's',
    description:
      'Age at which a client is told to connect anew, so that new processes get their share of connections. Streams that ' +
      'last longer end then with UNAVAILABLE, and go on at their position.',
  }),
};
