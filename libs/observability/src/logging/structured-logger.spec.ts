import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { StructuredLogger, type StructuredLoggerOptions } from './structured-logger.js';

function capture(options: Partial<StructuredLoggerOptions> = {}) {
  const written: string[] = [];
  const destination = { write: (line: string) => written.push(line) };
  const logger = new StructuredLogger({ level: 'info', format: 'json', destination, ...options });
  const parse = (line: string): Record<string, unknown> => ({ ...JSON.parse(line) });
  return { logger, written, lines: () => written.map(parse) };
}

describe('StructuredLogger as JSON', () => {
  it('writes one object per line with time, level, context and message', () => {
    const { logger, written, lines } = capture();
    logger.log('ready', 'Bootstrap');
    logger.warn('two\nlines');
    expect(written.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
    const [first, second] = lines();
    expect(first).toEqual({ time: expect.any(String), level: 'info', msg: 'ready', context: 'Bootstrap' });
    expect(new Date(String(first?.['time'])).toISOString()).toBe(first?.['time']);
    expect(second).toMatchObject({ level: 'warn', msg: 'two\nlines' });
  });

  it('carries fields, with the event as message where operators search for it', () => {
    const { logger, lines } = capture();
    logger.log({ event: 'Successfully processed event', event_id: 'e1' }, 'Indexer');
    logger.log({ msg: 'relayed', count: 3 });
    expect(lines()).toMatchObject([
      {
        event: 'Successfully processed event',
        msg: 'Successfully processed event',
        event_id: 'e1',
        context: 'Indexer',
      },
      { msg: 'relayed', count: 3 },
    ]);
  });

  it('shows errors with type, message, stack and cause, however they are passed', () => {
    const { logger, lines } = capture();
    const error = new TypeError('broken', { cause: new Error('root') });
    logger.error(error);
    logger.error({ msg: 'failed', err: error });
    logger.error('failed', error.stack, 'Store');
    const [bare, field, stacked] = lines();
    expect(bare).toMatchObject({ level: 'error', msg: 'broken', err: { type: 'TypeError', message: 'broken' } });
    expect(JSON.stringify(bare)).toContain('root');
    expect(field).toMatchObject({ msg: 'failed', err: { message: 'broken' } });
    expect(stacked).toMatchObject({
      msg: 'failed',
      context: 'Store',
      err: { stack: expect.stringContaining('broken') },
    });
  });

  it('does not let fields forge the frame of a line', () => {
    const { logger, written, lines } = capture();
    logger.log({ msg: 'x', level: 'fatal', time: 'never', context: 'forged' });
    expect(lines()).toMatchObject([{ level: 'info', _level: 'fatal', _time: 'never', _context: 'forged' }]);
    expect(written[0]?.match(/"level":/g)).toHaveLength(1);
  });

  it('keeps quiet below its level, and survives what cannot be written as JSON', () => {
    const { logger, lines } = capture({ level: 'warn' });
    logger.log('no');
    logger.debug('no');
    logger.verbose('no');
    const circular: Record<string, unknown> = { msg: 'circular' };
    circular['self'] = circular;
    logger.warn(circular);
    logger.fatal('yes');
    expect(lines().map((line) => [line['level'], line['msg']])).toEqual([
      ['warn', 'circular'],
      ['fatal', 'yes'],
    ]);
  });

  it('serves as the logger of Nest', () => {
    const { logger, lines } = capture();
    Logger.overrideLogger(logger);
    new Logger('MyService').error('failed', new Error('why').stack);
    Logger.overrideLogger(false);
    expect(lines()).toMatchObject([
      { context: 'MyService', msg: 'failed', err: { stack: expect.stringContaining('why') } },
    ]);
  });
});

describe('StructuredLogger for people', () => {
  it('writes time, level, context, message, fields and then the stack', () => {
    const { logger, written } = capture({ format: 'pretty' });
    logger.log({ event: 'stored', request_id: 'r-1', count: 2, where: { a: 1 } }, 'Store');
    logger.error(new Error('broken'));
    expect(written[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}\[Store] stored request_id=r-1 count=2 where={"a":1}\n$/,
    );
    expect(written[1]).toMatch(/ ERROR broken\nError: broken\n\s+at /);
  });

  it('is not chosen by itself when the output is no terminal', () => {
    const { logger, lines } = capture({ format: 'auto' });
    logger.log('x');
    expect(lines()).toMatchObject([{ msg: 'x' }]);
  });
});
