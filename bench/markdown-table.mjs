/** The lines of a Markdown table with right-aligned cells. */
export function table(heading, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---:')), ...rows.map(line)];
}

/** A whole number with its thousands apart; a dash for none. */
export function whole(value) {
  return value === null ? '–' : Math.round(value).toLocaleString('en-US');
}
