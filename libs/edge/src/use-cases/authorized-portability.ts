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
import { whileHeld, type HeldCredentials } from './held-credentials.js';

/** An export that ends with the credential of whoever asked for it. */
export interface HeldExport extends RunningExport {
  /** Aborts when the credential does not hold any more: nothing more of what was read must be handed out. */
  readonly held: AbortSignal;
}

/** Exports and imports of the principal's namespace. Every method throws ScopeForbiddenError if it may not do it. */
export class AuthorizedPortability {
  constructor(
    private readonly exports: ExportService,
    private readonly imports: ImportService,
    private readonly credentials: HeldCredentials,
  ) {}

  /** See `ExportService.export`. The parts end with InvalidTokenError when the credential does not hold any more. */
  async export(principal: Principal, request: ExportRequest): Promise<HeldExport> {
    admit(principal, 'export');
    const { parts, ...running } = await this.exports.export(principal.namespace, request);
    const held = this.credentials.hold(principal);
    return { ...running, held: held.signal, parts: whileHeld(held, parts) };
  }

  /** See `ImportService.import`. */
  async import(
    principal: Principal,
    input: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    listener?: ImportListener,
  ): Promise<ImportReport> {
    admit(principal, 'import');
    const held = whileHeld(this.credentials.hold(principal), input);
    return this.imports.import(principal.namespace, held, request, listener);
  }
}
