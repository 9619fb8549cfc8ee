import { fileURLToPath } from 'node:url';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

/** The same place seen from the sources and from what a build makes of them. */
export const PROTO_FOLDER = fileURLToPath(new URL('../../../../../proto/', import.meta.url));

export const COMPAT_SERVICE = 'somafractalmemory.MemoryService';
export const V1_SERVICE = 'somafractalmemory.v1.Memories';

/**
 * The interfaces of this service. Fields keep the names of the files, and what a message does not have is absent, so that
 * schemas can tell what was sent.
 */
export function loadProtoFiles(): PackageDefinition {
  return loadSync(['memory.proto', 'memory_v1.proto'], {
    includeDirs: [PROTO_FOLDER],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: false,
  });
}

/** What a message becomes that is none of its kind; no handler takes it for a request. */
export const UNREADABLE = Symbol('unreadable message');

/**
 * The definition of a service, whose messages are read without an exception: the library would answer one as a fault of
 * this service.
 */
export function serviceIn(files: PackageDefinition, name: string): ServiceDefinition<UntypedServiceImplementation> {
  const found = files[name];
  if (found === undefined || 'format' in found) throw new Error(`there is no service ${name} in ${PROTO_FOLDER}`);
  return Object.fromEntries(
    Object.entries(found).map(([method, definition]) => {
      const { requestDeserialize } = definition;
      const read = (bytes: Buffer): unknown => {
        try {
          return requestDeserialize(bytes);
        } catch {
          return UNREADABLE;
        }
      };
      return [method, { ...definition, requestDeserialize: read }];
    }),
  );
}
