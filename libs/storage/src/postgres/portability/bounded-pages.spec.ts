import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SilentTelemetry, LinkService, toNamespace } from '@sfm/memory';
import { aWrite } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { LINKS, MEMORIES } from './snapshot-statements.js';

const NAMESPACE = toNamespace('pages');
const MEMORIES_THERE = 3000;

describe('a page of an export', () => {
  let truth: TruthDatabase;

  beforeAll(async () => {
    truth = await openTruthDatabase();
    // As after a large import: PostgreSQL has no statistics yet.
    for (const table of ['memories', 'memory_events', 'memory_links']) {
      await truth.database.query({ text: `ALTER TABLE ${table} SET (autovacuum_enabled = false)` });
    }
    for (let start = 0; start < MEMORIES_THERE; start += 1000) {
      await truth.adapters.writer.write(
        Array.from({ length: 1000 }, (_, index) => aWrite(NAMESPACE, { coordinate: [start + index] })),
      );
    }
    const limits = { maxDimensions: 3, maxBulkItems: 9, maxDepth: 9, maxBytes: 900 };
    const links = new LinkService(truth.adapters.links.writer, new SilentTelemetry(), limits);
    for (let from = 0; from < 100; from += 1) {
      await links.link(NAMESPACE, { from: [from], to: [from + 1], type: 'next', weight: 1 }, 'none');
    }
  });
  afterAll(() => truth.close());

  it.each([
    ['memories', MEMORIES, [NAMESPACE, '1970-01-01T00:00:00Z', 0, 1e9, '2026-01-01T00:00:00Z', false], 500],
    ['links', LINKS, [NAMESPACE, '', 0, 1e9, '2026-01-01T00:00:00Z'], 100],
  ])('of %s reads a few blocks for each, however many there are', async (_, text, values, rows) => {
    const [plan] = await truth.database.query<{ 'QUERY PLAN': readonly [{ Plan: Record<string, number> }] }>({
      text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      values,
    });
    const {
      'Actual Rows': found = 0,
      'Shared Hit Blocks': hit = 0,
      'Shared Read Blocks': read = 0,
    } = plan?.['QUERY PLAN'][0].Plan ?? {};
    expect(found).toBe(rows);
    expect((hit + read) / found).toBeLessThan(25);
  });
});
