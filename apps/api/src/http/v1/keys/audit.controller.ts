import { Controller, Get, Query, Res, type OnModuleDestroy } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedAudit, HeldCredentials } from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { NDJSON } from '../admin/event-stream.js';
import { exportStream, from } from '../portability/export-stream.js';
import { v1 } from '../wire/errors.dto.js';
import { AuditQuerySchema, type AuditQuery } from './keys.dto.js';

/** Who did what. */
@Controller('v1/audit')
export class AuditController implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly audit: AuthorizedAudit,
    private readonly credentials: HeldCredentials,
  ) {}

  /** A stopping service ends exports; each can go on behind the last entry that came. */
  onModuleDestroy(): void {
    this.stopping.abort(new Error('the service is stopping'));
  }

  @Get()
  @v1({
    id: 'v1ExportAudit',
    tag: 'credentials',
    summary: 'Export the audit log',
    description:
      'One JSON object per line, oldest first: uses of credentials, refused requests and acts of administrators, each with the ' +
      'SHA-256 of the one before; at last an `end`, without which the file is cut off. `soma audit verify FILE` checks it. Needs a ' +
      'credential for every namespace.',
    query: AuditQuerySchema,
    answers: [{ status: 200, description: 'The lines.', text: NDJSON }],
  })
  async export(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(AuditQuerySchema, 'query')) { after }: AuditQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const parts = await this.audit.exportAudit(principal, { after });
    // What fails before the first lines is answered as an error.
    const first = await parts.next();
    const held = this.credentials.hold(principal);
    reply.raw.once('close', () => held.release());
    void reply
      .status(200)
      .header('content-type', NDJSON)
      .header('cache-control', 'no-store')
      .send(exportStream(from(first.value ?? '', parts), AbortSignal.any([this.stopping.signal, held.signal])));
  }
}
