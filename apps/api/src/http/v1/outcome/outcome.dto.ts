import { OutcomeBodySchema, ReportedOutcomeSchema } from '@sfm/edge';
import { apiSchema } from '../../openapi/schema-registry.js';

export const OutcomeDoc = apiSchema('Outcome', OutcomeBodySchema);
export const ReportedOutcomeDoc = apiSchema('ReportedOutcome', ReportedOutcomeSchema);
