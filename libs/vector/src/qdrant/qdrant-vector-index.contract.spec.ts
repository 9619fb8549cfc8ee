import { afterAll } from '@jest/globals';
import { CONTRACT_DIMENSION, describeVectorIndexContract } from '@sfm/memory/testing';
import { describeWith } from '../../../../test/services/availability.js';
import { RenamedNamespaces, TestNamespaces } from '../../test/qdrant-fixtures.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';

const describeReal = await describeWith(['qdrant']);

describeReal('on a real Qdrant', () => {
  const opened: TestNamespaces[] = [];
  afterAll(() => Promise.all(opened.map((namespaces) => namespaces.remove())));

  function harness(runs: number, sharedCollection?: string) {
    return {
      create: async () => {
        const namespaces = new TestNamespaces();
        opened.push(namespaces);
        const shared = sharedCollection === undefined ? {} : { sharedCollection: namespaces.named(sharedCollection) };
        const catalog = await namespaces.catalog({ dimension: CONTRACT_DIMENSION, ...shared });
        return new RenamedNamespaces(new QdrantVectorIndex(catalog), (name) => namespaces.named(name));
      },
      scoreTolerance: 1e-5,
      runs,
    };
  }

  describeVectorIndexContract('QdrantVectorIndex', harness(12));
  describeVectorIndexContract('QdrantVectorIndex with a shared collection', harness(60, 'shared'));
});
