import { setFlagsFromString } from 'node:v8';
import { ExportService, ImportService, type ImportReport, type RunningExport } from '@sfm/memory';

/** How much the heap may grow by before it is collected, in percent of what is in use. */
const GROWTH = 50;

let transfers = 0;

/**
 * Has the heap collected early while a file of any length passes through it. By default it may grow to four times what is
 * in use first, all of it garbage. V8 reads the flag whenever it has collected, so it may change at any time.
 *
 * @returns how to end that; the heap grows as before when all have
 */
function keepHeapSmall(): () => void {
  transfers += 1;
  if (transfers === 1) setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  return () => {
    transfers -= 1;
    if (transfers === 0) setFlagsFromString('--heap-growing-percent=0');
  };
}

/** Exports, in little memory. */
export class SmallHeapExportService extends ExportService {
  override async export(...given: Parameters<ExportService['export']>): Promise<RunningExport> {
    const { parts, ...running } = await super.export(...given);
    return { ...running, parts: passing(parts) };
  }
}

async function* passing(parts: AsyncGenerator<string>): AsyncGenerator<string> {
  const end = keepHeapSmall();
  try {
    yield* parts;
  } finally {
    end();
  }
}

/** Imports, in little memory. */
export class SmallHeapImportService extends ImportService {
  override async import(...given: Parameters<ImportService['import']>): Promise<ImportReport> {
    const end = keepHeapSmall();
    try {
      return await super.import(...given);
    } finally {
      end();
    }
  }
}
