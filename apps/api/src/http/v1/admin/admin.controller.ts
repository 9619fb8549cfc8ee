import { Body, Controller, HttpCode, Post, Res, type OnModuleDestroy } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { ReindexBodySchema, VerifyBodySchema, type ReindexBody, type VerifyBody } from '@sfm/edge';
import {
  IndexReadiness,
  NamespaceForbiddenError,
  ReindexService,
  toNamespace,
  VerifyService,
  type Principal,
  type VerifyListener,
} from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { ReindexDoc, VerifyDoc } from './admin.dto.js';
import { v1 } from '../wire/errors.dto.js';
import { NDJSON, streamEvents, type Emit } from './event-stream.js';

const TAG = 'maintenance';

/** Verification and rebuilding inside the process that holds the indexes. For credentials of every namespace. */
@Controller('v1/admin')
export class AdminController implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly verifier: VerifyService,
    private readonly reindexer: ReindexService,
    private readonly readiness: IndexReadiness,
  ) {}

  /** A stopping service does not wait for them; both may be run again. */
  onModuleDestroy(): void {
    this.stopping.abort(new Error('the service is stopping'));
  }

  @Post('verify')
  @HttpCode(200)
  @v1({
    id: 'v1Verify',
    tag: TAG,
    summary: 'Compare truth, ledger, vector index and links',
    description:
      'Answers with one JSON object per line: `progress`, `difference` and `note` events while it runs, then one ' +
      '`report`, or `error` with a problem. Needs a credential for every namespace.',
    body: VerifyDoc,
    answers: [{ status: 200, description: 'The events.', text: NDJSON }],
    errors: [400, 413, 415],
  })
  async verify(
    @CurrentPrincipal() principal: Principal,
    @Res() reply: FastifyReply,
    @Body(new SchemaPipe(VerifyBodySchema)) body: VerifyBody,
  ): Promise<void> {
    const namespaces = await this.admit(principal, body.namespaces);
    streamEvents(reply, this.stopping.signal, async (emit, signal) => {
      const { repair, max_pending_seconds: maxPendingSeconds } = body;
      const request = { repair, maxPendingSeconds, signal, ...(namespaces ? { namespaces } : {}) };
      emit({ event: 'report', ...(await this.verifier.verify(request, listenerOf(emit))) });
    });
  }

  @Post('reindex')
  @HttpCode(200)
  @v1({
    id: 'v1Reindex',
    tag: TAG,
    summary: 'Rebuild vector indexes from the truth',
    description:
      'While they are searched and written. Answers with one JSON object per line: `progress`, `difference`, `note` ' +
      'and, per namespace, `rebuilt` events, then one `report` with `agrees`, or `error` with a problem. Needs a ' +
      'credential for every namespace.',
    body: ReindexDoc,
    answers: [{ status: 200, description: 'The events.', text: NDJSON }],
    errors: [400, 413, 415],
  })
  async reindex(
    @CurrentPrincipal() principal: Principal,
    @Res() reply: FastifyReply,
    @Body(new SchemaPipe(ReindexBodySchema)) body: ReindexBody,
  ): Promise<void> {
    const given = await this.admit(principal, body.namespaces);
    const namespaces = given ?? (await this.reindexer.namespaces());
    streamEvents(reply, this.stopping.signal, async (emit, signal) => {
      let agrees = true;
      for (const namespace of namespaces) {
        const request = { namespace, maxPendingSeconds: body.max_pending_seconds, signal };
        const { onProgress, ...found } = listenerOf(emit);
        const report = await this.reindexer.reindex(request, {
          ...found,
          onProgress: (progress) => emit({ event: 'progress', ...progress }),
          onVerifyProgress: onProgress,
        });
        agrees &&= report.verification.agrees;
        emit({ event: 'rebuilt', ...report });
      }
      emit({ event: 'report', agrees });
    });
  }

  /** Indexes that are still being loaded would be called incomplete. */
  private async admit(
    principal: Principal,
    namespaces: readonly string[] | undefined,
  ): Promise<readonly string[] | undefined> {
    if (principal.namespaces !== '*') throw new NamespaceForbiddenError('*');
    const checked = namespaces?.map((name, index) => toNamespace(name, `namespaces.${index}`));
    await this.readiness.whenReady();
    return checked && [...new Set(checked)];
  }
}

function listenerOf(emit: Emit) {
  return {
    onProgress: (progress) => emit({ event: 'progress', ...progress }),
    onDifference: ({ key: coordinate, isRepairable: repairable, ...difference }, run) =>
      emit({ event: 'difference', run, ...difference, coordinate, repairable }),
    onNote: (text) => emit({ event: 'note', text }),
  } satisfies VerifyListener;
}
