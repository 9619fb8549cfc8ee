import type { Difference, ReindexProgress, VerifyProgress, VerifyReport } from '@sfm/memory';
import { harmless } from '../terminal/terminal.js';

/** One line per difference. */
export function differenceText(difference: Difference, run: 'first' | 'after repair'): string {
  const { kind, namespace, key, detail, isRepairable } = difference;
  const still = run === 'first' ? '' : 'still ';
  const hint = isRepairable ? '' : ' (cannot be repaired from here)';
  return harmless(`${still}${kind} ${namespace} ${key ?? '-'}: ${detail}${hint}`);
}

export function progressText({ phase, namespace, done, total }: VerifyProgress | ReindexProgress): string {
  return `${namespace}: ${phase} ${done}${total === null ? '' : ` of ${Math.max(done, total)}`}`;
}

export function verdictText({ agrees, differences, repaired }: VerifyReport): string {
  const mended = repaired === null ? '' : `; ${repaired} repaired`;
  if (agrees) return `everything agrees${mended}`;
  const counts = Object.entries(differences);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const kinds = counts.map(([kind, count]) => `${kind} ${count}`).join(', ');
  return `${total} difference${total === 1 ? '' : 's'}: ${kinds}${mended}`;
}
