import { ReindexBodySchema, VerifyBodySchema } from '@sfm/edge';
import { apiSchema } from '../../openapi/schema-registry.js';

export const VerifyDoc = apiSchema('Verify', VerifyBodySchema);
export const ReindexDoc = apiSchema('Reindex', ReindexBodySchema);
