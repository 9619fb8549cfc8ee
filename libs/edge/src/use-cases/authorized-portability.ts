import type {
  ExportRequest,
  ExportService,
  ImportListener,
  ImportReport,
  ImportRequest,
  ImportService,
  Principal,
  RunningExport,
} from '@sfm/memory';
import { admit } from './admission.js';

/** Exports and imports of the principal's namespace. Every method throws ScopeForbiddenError if it may not do it. */
export class AuthorizedPortability {
  constructor(
    private readonly exports: ExportService,
    private readonly imports: ImportService,
  ) {}

  /** See `ExportService.export`. */
  async export(principal: Principal, request: ExportRequest): Promise<RunningExport> {
    admit(principal, 'export');
    return this.exports.export(principal.namespace, request);
  }

  /** See `ImportService.import`. */
  async import(
    principal: Principal,
    input: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    listener?: ImportListener,
  ): Promise<ImportReport> {
    admit(principal, 'import');
    return this.imports.import(principal.namespace, input, request, listener);
  }
}
