import { fileURLToPath } from 'node:url';
import { FileObjectStore } from './file/file-object-store.js';
import type { ObjectStore } from './object-store/object-store.port.js';
import type { S3Options } from './s3/s3-object-store.js';

/**
 * Opens the object store at an address: `s3://bucket/prefix`, `file:///folder` or a folder.
 *
 * @throws with a message for operators when the address has another form.
 */
export async function openObjectStore(address: string, s3: Omit<S3Options, 'bucket' | 'prefix'>): Promise<ObjectStore> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return new FileObjectStore(address);
  const url = new URL(address);
  switch (url.protocol) {
    case 'file:':
      return new FileObjectStore(fileURLToPath(url));
    case 's3:':
      if (url.hostname === '') throw new Error(`${address} names no bucket: s3://bucket/prefix`);
      return openBucket(url, s3);
    default:
      throw new Error(`backups can be kept at s3://bucket/prefix or in a folder, not at ${url.protocol}//`);
  }
}

/** Loads the S3 client on demand, because it is large and not every installation uses a bucket. */
async function openBucket(url: URL, s3: Omit<S3Options, 'bucket' | 'prefix'>): Promise<ObjectStore> {
  const { S3ObjectStore } = await import('./s3/s3-object-store.js');
  return new S3ObjectStore({
    ...s3,
    bucket: url.hostname,
    prefix: decodeURI(url.pathname).replace(/^\/+|(?<!\/)\/+$/g, ''),
  });
}
