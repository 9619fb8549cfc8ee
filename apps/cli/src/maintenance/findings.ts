import type { Difference, VerifyListener } from '@sfm/memory';
import { differenceText } from './report-text.js';
import type { MaintenanceSurroundings } from './run-maintenance.js';

type Run = Parameters<NonNullable<VerifyListener['onDifference']>>[1];

/** What a command found: printed line by line, or kept for the JSON that it prints in the end. */
export class Findings implements Pick<VerifyListener, 'onDifference' | 'onNote'> {
  readonly found: (Difference & { readonly run: Run })[] = [];
  readonly notes: string[] = [];

  constructor(
    private readonly around: Pick<MaintenanceSurroundings, 'terminal' | 'progress'>,
    private readonly isJson: boolean,
  ) {}

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
