import type { Setting } from './kinds/setting.js';
import { forEachSetting, type SettingGroup } from './settings-table.js';

const BEGIN = '<!-- Generated from libs/config by scripts/generate-security-limits.mjs: begin -->';
const END = '<!-- end -->';
/** What a number with a unit in these groups bounds is what a client may do. */
const GROUPS: ReadonlySet<SettingGroup> = new Set<SettingGroup>(['http', 'rateLimit', 'limits']);
const HEAD = ['What is bounded', 'Default', 'Setting'];

/**
 * Returns the page with the limits of the settings between its marks; everything else stays as it is.
 *
 * @throws Error when the page has no marks
 */
export function withLimits(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the page has no place for the limits: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${renderLimits()}\n\n${page.slice(end)}`;
}

function renderLimits(): string {
  const rows: string[][] = [];
  forEachSetting((setting, { group }) => {
    if (GROUPS.has(group) && setting.unit !== undefined) rows.push(rowOf(setting));
  });
  return aligned([HEAD, ...rows]);
}

function rowOf({ name, description, unit = '', format, fallback }: Setting<unknown>): string[] {
  const [what = ''] = description.split(/[.;](?= |$)/, 1);
  return [what, `${format(fallback)} ${unit}`, `\`${name}\``];
}

/** A table as the formatter of the repository writes it. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
