import { CONTRACT_DIMENSION, describePointAuditContract, describeVectorRebuildContract } from '@sfm/memory/testing';
import { EmbeddedPointAudit } from './embedded-point-audit.js';
import { EmbeddedVectorIndex } from './embedded-vector-index.js';
import { EmbeddedVectorRebuild } from './embedded-vector-rebuild.js';

const anIndex = () => new EmbeddedVectorIndex({ dimension: CONTRACT_DIMENSION });

describePointAuditContract('EmbeddedPointAudit', {
  create: async () => {
    const index = anIndex();
    return { index, audit: new EmbeddedPointAudit(index) };
  },
});

describeVectorRebuildContract('EmbeddedVectorRebuild', {
  create: async () => {
    const index = anIndex();
    return { index, rebuild: new EmbeddedVectorRebuild(index) };
  },
});
