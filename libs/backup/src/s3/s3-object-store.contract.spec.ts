import { describeWith } from '../../../../test/services/availability.js';
import { findS3, startS3 } from '../../../../test/services/s3/s3.js';
import { describeObjectStore } from '../object-store/object-store.contract.js';
import { openObjectStore } from '../open-object-store.js';

const describeS3 = await describeWith([], { 'an S3 server': findS3 });

describeS3('on a server', () => {
  describeObjectStore('a bucket', async () => {
    const server = await startS3();
    const store = await openObjectStore(`s3://${server.bucket}/some/prefix/`, {
      region: 'us-east-1',
      endpoint: server.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    return { store, close: () => server.stop() };
  });
});
