import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedLifecycle,
  lifecycleReportView,
  LifecycleRunSchema,
  retentionView,
  RetentionPolicySchema,
  toRetentionPolicy,
  type LifecycleRunBody,
  type RetentionPolicyBody,
} from '@sfm/edge';
import { NAMESPACE_PATTERN, NAMESPACE_RULE, type Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { LifecycleReportDoc, LifecycleRunDoc, RetentionDoc, RetentionPolicyDoc } from './lifecycle.dto.js';

const TAG = 'lifecycle';
const NAMESPACE = [
  {
    name: 'namespace',
    schema: { type: 'string', pattern: NAMESPACE_PATTERN },
    description: `Name of a namespace that the credential may use: ${NAMESPACE_RULE}.`,
  },
];

/** Which memories are kept. */
@Controller('v1')
export class LifecycleController {
  constructor(private readonly lifecycle: AuthorizedLifecycle) {}

  @Get('namespaces/:namespace/retention')
  @v1({
    id: 'v1ReadRetention',
    tag: TAG,
    summary: 'Read which memories of a namespace are kept',
    params: NAMESPACE,
    answers: [{ status: 200, description: 'The rules.', schema: RetentionDoc }],
  })
  async read(@CurrentPrincipal() principal: Principal, @Param('namespace') namespace: string) {
    return retentionView(namespace, await this.lifecycle.readRetention(principal, { namespace }));
  }

  @Put('namespaces/:namespace/retention')
  @v1({
    id: 'v1ReplaceRetention',
    tag: TAG,
    summary: 'Say which memories of a namespace are kept',
    description:
      'Replaces all rules of the namespace; the ledger notes it. The next run follows them, at the latest after ' +
      '`SOMA_PRUNING_INTERVAL_SECONDS`: a dry run tells beforehand what that deletes.',
    params: NAMESPACE,
    body: RetentionPolicyDoc,
    answers: [{ status: 200, description: 'The rules from now on.', schema: RetentionDoc }],
    errors: [400, 413, 415],
  })
  async replace(
    @CurrentPrincipal() principal: Principal,
    @Param('namespace') namespace: string,
    @Body(new SchemaPipe(RetentionPolicySchema)) body: RetentionPolicyBody,
  ) {
    const policy = toRetentionPolicy(body);
    const replaced = await this.lifecycle.replaceRetention(principal, { namespace, policy });
    return retentionView(namespace, replaced);
  }

  // The router reads `::` as a literal colon.
  @Post('lifecycle::run')
  @HttpCode(200)
  @v1({
    id: 'v1RunLifecycle',
    tag: TAG,
    summary: 'Apply the rules about what is kept, or tell what they would do',
    description:
      'To the namespace of the request: expiry, retention, decay. The service does so by itself again and again. 409 while a ' +
      'process of it is at that.',
    body: LifecycleRunDoc,
    answers: [{ status: 200, description: 'What was done, or would be.', schema: LifecycleReportDoc }],
    errors: [400, 409, 413, 415],
  })
  async run(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(LifecycleRunSchema)) { dry_run: isDryRun }: LifecycleRunBody,
  ) {
    return lifecycleReportView(await this.lifecycle.runLifecycle(principal, { isDryRun }));
  }
}
