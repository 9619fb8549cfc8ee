import { ExplanationSchema, HitSchema, RecallBodySchema, RecalledSchema } from '@sfm/edge';
import { apiSchema } from '../../openapi/schema-registry.js';

export const RecallDoc = apiSchema('Recall', RecallBodySchema);
export const ExplanationDoc = apiSchema('Explanation', ExplanationSchema);
export const HitDoc = apiSchema('Hit', HitSchema);
export const RecalledDoc = apiSchema('Recalled', RecalledSchema);
