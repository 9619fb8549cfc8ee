import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { ObjectNotFoundError, ObjectStore, type StoredObject } from '../object-store/object-store.port.js';

/** 10,000 parts of this size are the largest object: 640 GB. */
const PART_BYTES = 64 * 1024 * 1024;
const PARTS_IN_FLIGHT = 2;

export interface S3Options {
  readonly bucket: string;
  /** Prefix of every key; `''` or without a `/` at its ends. */
  readonly prefix: string;
  readonly region: string;
  /** Endpoint of a server other than AWS. */
  readonly endpoint?: string;
  /** Default: the credentials of the environment, the instance or the service account. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Stores objects in a bucket of AWS S3 or any compatible server. */
export class S3ObjectStore extends ObjectStore {
  readonly location: string;
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;

  constructor({ bucket, prefix, region, endpoint, credentials }: S3Options) {
    super();
    this.bucket = bucket;
    this.prefix = prefix === '' ? '' : `${prefix}/`;
    this.location = `s3://${bucket}/${prefix}`;
    this.client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
      // Servers other than AWS may not support the default checksums; ours are in the manifest.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(key: string, content: Readable): Promise<void> {
    const upload = new Upload({
      client: this.client,
      params: { Bucket: this.bucket, Key: this.prefix + key, Body: content },
      partSize: PART_BYTES,
      queueSize: PARTS_IN_FLIGHT,
    });
    await upload.done();
  }

  async get(key: string): Promise<Readable> {
    try {
      const { Body: body } = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: this.prefix + key }),
      );
      if (body instanceof Readable) return body;
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error;
    }
    throw new ObjectNotFoundError(key, this.location);
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const objects: StoredObject[] = [];
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: this.prefix + prefix });
    for await (const { Contents: contents = [] } of pages) {
      for (const { Key: key = '', Size: bytes = 0 } of contents) {
        objects.push({ key: key.slice(this.prefix.length), bytes });
      }
    }
    return objects;
  }

  async delete(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: this.prefix + key }));
  }
}
