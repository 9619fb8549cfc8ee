import stringWidth from 'string-width';
import { harmless } from './terminal.js';

/** Formats rows under headings. Removes control characters, so that event content cannot control the terminal. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map(harmless));
  const widths = headings.map((_, column) =>
    lines.reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), 0),
  );
  const padded = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
  return lines.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}
