import { fileURLToPath } from 'node:url';
import { FileObjectStore } from './file/file-object-store.js';
import type { ObjectStore } from './object-store.port.js';
import { S3ObjectStore, type S3Options } from './s3/s3-object-store.js';

/**
 * Opens the place that an address names: `s3://bucket/prefix`, `file:///folder` or a folder.
 *
 * @throws with a message for operators when it names none.
 */
export function openObjectStore(address: string, s3: Omit<S3Options, 'bucket' | 'prefix'>): ObjectStore {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return new FileObjectStore(address);
  const url = new URL(address);
  switch (url.protocol) {
    case 'file:':
      return new FileObjectStore(fileURLToPath(url));
    case 's3:':
      if (url.hostname === '') throw new Error(`${address} names no bucket: s3://bucket/prefix`);
      return new S3ObjectStore({
        ...s3,
        bucket: url.hostname,
        prefix: decodeURI(url.pathname).replace(/^\/+|\/+$/g, ''),
      });
    default:
      throw new Error(`backups can be kept at s3://bucket/prefix or in a folder, not at ${url.protocol}//`);
  }
}
