import { Body, Controller, HttpCode, Post, Res, type OnModuleDestroy } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedMaintenance,
  ReindexBodySchema,
  VerifyBodySchema,
  type ReindexAllListener,
  type ReindexBody,
  type VerifyBody,
} from '@sfm/edge';
import type { Principal, VerifyListener } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { ReindexDoc, VerifyDoc } from './admin.dto.js';
import { v1 } from '../wire/errors.dto.js';
import { NDJSON, streamEvents, type EventSink } from './event-stream.js';

const TAG = 'maintenance';

/** Verifies and rebuilds indexes in the process that holds them. Requires a credential for all namespaces. */
@Controller('v1/admin')
export class AdminController implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(private readonly maintenance: AuthorizedMaintenance) {}

  /** A stopping service aborts both instead of waiting; both can be run again. */
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
    const { namespaces, repair, max_pending_seconds: maxPendingSeconds } = body;
    const verify = await this.maintenance.verify(principal, { namespaces, repair, maxPendingSeconds });
    streamEvents(reply, this.stopping.signal, async (sink, signal) => {
      sink.emit({ event: 'report', ...(await verify(listenerOf(sink), signal)) });
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
    const { namespaces, max_pending_seconds: maxPendingSeconds } = body;
    const reindex = await this.maintenance.reindex(principal, { namespaces, maxPendingSeconds });
    streamEvents(reply, this.stopping.signal, async (sink, signal) => {
      const { emit } = sink;
      const { onProgress, ...found } = listenerOf(sink);
      const listener: ReindexAllListener = {
        ...found,
        onProgress: (progress) => emit({ event: 'progress', ...progress }),
        onVerifyProgress: onProgress,
        onRebuilt: (report) => emit({ event: 'rebuilt', ...report }),
      };
      emit({ event: 'report', ...(await reindex(listener, signal)) });
    });
  }
}

function listenerOf({ emit, whenRead }: EventSink) {
  return {
    whenRead,
    onProgress: (progress) => emit({ event: 'progress', ...progress }),
    onDifference: ({ key: coordinate, isRepairable: repairable, ...difference }, run) =>
      emit({ event: 'difference', run, ...difference, coordinate, repairable }),
    onNote: (text) => emit({ event: 'note', text }),
  } satisfies VerifyListener;
}
