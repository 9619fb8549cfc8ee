const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const COLORS: Readonly<Record<string, string>> = {
  trace: '\u001b[90m',
  debug: '\u001b[36m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[35m',
};

/** Turns one JSON log line into a line for people: time, level, context, message, the other fields, then the stack. */
export function prettyLine(json: string, isColored: boolean): string {
  const record = parseRecord(json);
  if (record === undefined) return json;
  const { time, level, msg, context, err, ...fields } = record;
  const paint = (color: string | undefined, text: string) => (isColored && color ? `${color}${text}${RESET}` : text);
  const stack = isRecord(err) && typeof err['stack'] === 'string' ? err['stack'] : undefined;
  const parts = [
    paint(DIM, String(time).slice(11, 23)),
    paint(COLORS[String(level)], String(level).toUpperCase().padEnd(5)),
    ...(context === undefined ? [] : [paint(DIM, `[${String(context)}]`)]),
    String(msg ?? ''),
    ...Object.entries(fields)
      .filter(([name, value]) => !(name === 'event' && value === msg))
      .map(([name, value]) => paint(DIM, `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)),
  ];
  return `${parts.join(' ')}\n${stack === undefined ? '' : `${stack}\n`}`;
}

function parseRecord(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
