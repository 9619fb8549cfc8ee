import { afterAll } from '@jest/globals';
import { CONTRACT_DIMENSION, describePointAuditContract, describeVectorRebuildContract } from '@sfm/memory/testing';
import { describeWith } from '../../../../test/services/availability.js';
import { RenamedAudit, RenamedNamespaces, RenamedRebuild, TestNamespaces } from '../../test/qdrant-fixtures.js';
import { QdrantPointAudit } from './qdrant-point-audit.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';
import { QdrantVectorRebuild } from './qdrant-vector-rebuild.js';
import { RemovedVersions } from './points/removed-versions.js';

const describeReal = await describeWith(['qdrant']);

describeReal('on a real Qdrant', () => {
  const opened: TestNamespaces[] = [];
  afterAll(() => Promise.all(opened.map((namespaces) => namespaces.remove())));

  async function create(sharedCollection?: string) {
    const namespaces = new TestNamespaces();
    opened.push(namespaces);
    const named = (namespace: string) => namespaces.named(namespace);
    const shared = sharedCollection === undefined ? {} : { sharedCollection: named(sharedCollection) };
    const catalog = await namespaces.catalog({ dimension: CONTRACT_DIMENSION, ...shared });
    const removed = new RemovedVersions();
    return {
      index: new RenamedNamespaces(new QdrantVectorIndex(catalog, removed), named),
      audit: new RenamedAudit(new QdrantPointAudit(catalog, removed), named),
      rebuild: new RenamedRebuild(new QdrantVectorRebuild(catalog), named),
    };
  }

  describePointAuditContract('QdrantPointAudit', { create: () => create() });
  describePointAuditContract('QdrantPointAudit of a shared collection', { create: () => create('shared') });
  describeVectorRebuildContract('QdrantVectorRebuild', { create: () => create() });
  describeVectorRebuildContract('QdrantVectorRebuild of a shared collection', {
    create: () => create('shared'),
    publishesInOneStep: false,
  });
});
