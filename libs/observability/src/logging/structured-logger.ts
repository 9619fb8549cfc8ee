import { types } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import { currentTrace } from '../tracing/tracing.js';
import { prettyLine } from './pretty-line.js';

export interface LogDestination {
  write(line: string): unknown;
}

export interface StructuredLoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** `auto`: pretty on a terminal, else JSON. */
  readonly format: 'json' | 'pretty' | 'auto';
  /** Default: stdout. */
  readonly destination?: LogDestination;
}

type Fields = Record<string, unknown>;
type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest logs every wired module and route at info level; for an operator that is debugging detail. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

/**
 * Nest logger that writes one JSON object per line: `time` (ISO 8601), `level`, `msg`, `context`, `trace_id` and `span_id`
 * inside traces, and `err` with type, message, stack and cause. Lines about one request carry `request_id`, passed by the
 * caller, because tracking it automatically would slow down every promise of the process (Node below 24).
 *
 * A message may be text, an Error, or an object of fields. Of fields, `msg` is the message; where only `event` is
 * given (the name operators search for), it is the message too.
 *
 * @example logger.log({ event: 'Successfully processed event', event_id }, 'Indexer')
 */
export class StructuredLogger implements LoggerService {
  private readonly pino: pino.Logger;

  constructor(options: StructuredLoggerOptions) {
    this.pino = pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { err: pino.stdSerializers.errWithCause },
        mixin: traceFields,
      },
      destinationOf(options),
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const fields: Fields = {};
    addRest(fields, rest);
    this.pino[level](fields, addMessage(fields, message));
  }
}

function traceFields(): Fields {
  const trace = currentTrace();
  return trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId };
}

/** Merges the message into the fields and returns the text of the line. */
function addMessage(fields: Fields, message: unknown): string {
  if (isError(message)) {
    fields['err'] = message;
    return message.message;
  }
  if (typeof message !== 'object' || message === null) return String(message);
  const { msg, ...others } = { msg: undefined, ...message };
  // Our own keys win: a field cannot change the level or forge the time.
  for (const [name, value] of Object.entries(others)) fields[isFrame(name) ? `_${name}` : name] = value;
  return String(msg ?? fields['event'] ?? (isError(fields['err']) ? fields['err'].message : ''));
}

function isFrame(name: string): boolean {
  return name === 'time' || name === 'level' || name === 'context';
}

/** The arguments that Nest passes after the message: errors, stacks and, last, the name of the logging class. */
function addRest(fields: Fields, rest: readonly unknown[]): void {
  const last = rest.at(-1);
  const hasContext = typeof last === 'string' && !isStack(last);
  if (hasContext) fields['context'] = last;
  const others = (hasContext ? rest.slice(0, -1) : rest).filter((part) => part !== undefined);
  const details: unknown[] = [];
  for (const part of others) {
    if (isError(part)) fields['err'] = part;
    else if (typeof part === 'string' && isStack(part)) fields['err'] = { stack: part };
    else details.push(part);
  }
  if (details.length > 0) fields['details'] = details;
}

/** Also true for errors made in another realm, such as those of Node itself under a test runner. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function isStack(text: string): boolean {
  return /\n[ \t]+at /.test(text);
}

function destinationOf({ format, destination }: StructuredLoggerOptions): LogDestination {
  const isTerminal = destination === undefined && process.stdout.isTTY;
  const target = destination ?? pino.destination(1);
  if (format === 'json' || (format === 'auto' && !isTerminal)) return target;
  return { write: (line) => target.write(prettyLine(line, isTerminal)) };
}
