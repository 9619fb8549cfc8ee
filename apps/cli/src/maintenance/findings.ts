import type { Difference, ReindexProgress, VerifyListener, VerifyProgress } from '@sfm/memory';
import { differenceText, progressText } from './report-text.js';
import type { MaintenanceSurroundings } from './run-maintenance.js';

type Run = Parameters<NonNullable<VerifyListener['onDifference']>>[1];

/** A command's findings: printed line by line, or collected for JSON at the end, without progress. */
export class Findings implements VerifyListener {
  readonly found: (Difference & { readonly run: Run })[] = [];
  readonly notes: string[] = [];

  constructor(
    private readonly around: Pick<MaintenanceSurroundings, 'terminal' | 'progress'>,
    private readonly isJson: boolean,
  ) {}

  readonly onProgress = (step: VerifyProgress | ReindexProgress): void => {
    if (!this.isJson) this.around.progress.show(progressText(step));
  };

  readonly onDifference = (difference: Difference, run: Run): void => {
    this.around.progress.clear();
    if (this.isJson) this.found.push({ ...difference, run });
    else this.around.terminal.print(differenceText(difference, run));
  };

  readonly onNote = (note: string): void => {
    this.around.progress.clear();
    if (this.isJson) this.notes.push(note);
    else this.around.terminal.note(note);
  };
}
