import type { ImportReport } from '@sfm/memory';
import type { ExportCall, ImportCall, RunningExport } from '../client/memory-client.js';

export interface ImportListener {
  onProgress(progress: { readonly records: number; readonly resumeFromLine: number }): void;
}

/** Moves a namespace, where the database is or through a service. */
export interface Transfers {
  export(call: ExportCall): Promise<RunningExport>;
  import(input: AsyncIterable<Uint8Array>, call: ImportCall, listener: ImportListener): Promise<ImportReport>;
}
