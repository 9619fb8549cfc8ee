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

export function verdictText({ agrees, namespaces, differences, repaired }: VerifyReport): string {
  const mended = repaired === null ? '' : `; ${repaired} repaired`;
  if (agrees) return `everything agrees${mended}${pendingText(namespaces)}`;
  const counts = Object.entries(differences);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const kinds = counts.map(([kind, count]) => `${kind} ${count}`).join(', ');
  return `${total} difference${total === 1 ? '' : 's'}: ${kinds}${mended}${pendingText(namespaces)}`;
}

/** What is not indexed yet is unfinished, also where it is too young to be a difference. */
function pendingText(namespaces: VerifyReport['namespaces']): string {
  const pending = namespaces.reduce((sum, namespace) => sum + namespace.pending, 0);
  if (pending === 0) return '';
  return `; unfinished: ${pending} change${pending === 1 ? ' is' : 's are'} not indexed yet`;
}
