import { LifecycleReportSchema, LifecycleRunSchema, RetentionPolicySchema, RetentionSchema } from '@sfm/edge';
import { apiSchema } from '../../openapi/schema-registry.js';

export const RetentionPolicyDoc = apiSchema('RetentionPolicy', RetentionPolicySchema);
export const RetentionDoc = apiSchema('Retention', RetentionSchema);
export const LifecycleRunDoc = apiSchema('LifecycleRun', LifecycleRunSchema);
export const LifecycleReportDoc = apiSchema('LifecycleReport', LifecycleReportSchema);
