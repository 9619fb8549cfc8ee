import { NearestBodySchema, NearestSchema } from '@sfm/edge';
import { apiSchema } from '../../openapi/schema-registry.js';

export const NearestDoc = apiSchema('Nearest', NearestBodySchema);
export const NearMemoriesDoc = apiSchema('NearMemories', NearestSchema);
