import { Body, Controller, Get, HttpCode, Post, Query, Res, type OnModuleDestroy } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedPortability, PageCursor, toExtras } from '@sfm/edge';
import { InvalidRequestError, type ExportExtra, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { NDJSON } from '../admin/event-stream.js';
import { v1 } from '../wire/errors.dto.js';
import { exportStream, from } from './export-stream.js';
import { FILE_TYPES, importInput } from './import-input.js';
import {
  ExportQuerySchema,
  IMPORT_EXAMPLE,
  ImportQuerySchema,
  ImportReportDoc,
  type ExportQuery,
  type ImportQuery,
} from './portability.dto.js';

const TAG = 'portability';
const POSITION_HEADER = 'x-soma-export-position';

/** Moves whole namespaces. Both routes stream, for as long as it takes. */
@Controller('v1')
export class PortabilityController implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly portability: AuthorizedPortability,
    private readonly cursors: PageCursor,
  ) {}

  /** A stopping service ends exports; each can go on at its last checkpoint. */
  onModuleDestroy(): void {
    this.stopping.abort(new Error('the service is stopping'));
  }

  @Get('export')
  @v1({
    id: 'v1Export',
    tag: TAG,
    summary: 'Export a namespace',
    description:
      'As it is when the export begins, whatever is written meanwhile: one JSON object per line, first a header, then ' +
      'memories in order of creation, each behind its earlier versions, then links; now and then a checkpoint, and an ' +
      '`end` without which the file is cut off. To go on behind a checkpoint, ask with its `after` and the ' +
      '`X-Soma-Export-Position` of the answer.',
    query: ExportQuerySchema,
    answers: [{ status: 200, description: 'The lines.', text: NDJSON }],
    errors: [404],
  })
  async export(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ExportQuerySchema, 'query')) query: ExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const include = toExtras(query.include);
    const { position, parts, held } = await this.portability.export(principal, {
      include,
      ...this.continuation(principal, include, query),
    });
    // What fails before the first lines is answered as an error.
    const first = await parts.next();
    void reply
      .status(200)
      .header('content-type', NDJSON)
      .header('cache-control', 'no-store')
      .header(POSITION_HEADER, this.cursors.writeExport(principal.namespace, include, position))
      .send(
        exportStream(
          from(first.done === true ? '' : first.value, parts),
          AbortSignal.any([this.stopping.signal, held]),
        ),
      );
  }

  @Post('import')
  @HttpCode(200)
  @v1({
    id: 'v1Import',
    tag: TAG,
    summary: 'Import into a namespace',
    description:
      'The body is the file as it is (`application/x-ndjson` or `application/octet-stream`): an export of this service, ' +
      'or of another. It is imported part by part while it comes. An error names the line, and where the same file goes ' +
      'on; importing a file again changes nothing where it is there already.',
    query: ImportQuerySchema,
    file: {
      types: FILE_TYPES,
      example: IMPORT_EXAMPLE,
    },
    answers: [{ status: 200, description: 'What became of the file.', schema: ImportReportDoc }],
    errors: [400, 408, 409, 415],
  })
  async import(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ImportQuerySchema, 'query')) query: ImportQuery,
    @Body() body: unknown,
  ) {
    const { format, on_conflict: onConflict, from_line: fromLine, checksums } = query;
    return this.portability.import(principal, importInput(body), {
      onConflict,
      fromLine,
      verifies: checksums === 'required',
      ...(format ? { format } : {}),
    });
  }

  private continuation(
    principal: Principal,
    include: readonly ExportExtra[],
    { position, after }: ExportQuery,
  ): { readonly position?: number; readonly after?: string } {
    if ((position === undefined) !== (after === undefined)) {
      throw new InvalidRequestError(
        position === undefined ? 'position' : 'after',
        'must be there: both go on together',
      );
    }
    if (position === undefined || after === undefined) return {};
    return { position: this.cursors.readExport(principal.namespace, include, position), after };
  }
}
