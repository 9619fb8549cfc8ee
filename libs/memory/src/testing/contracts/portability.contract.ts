import { describe, expect, it } from '@jest/globals';
import { ImportStoppedError, NamespaceBusyError } from '../../model/errors.js';
import type { Namespace } from '../../model/namespace.js';
import type { Validity } from '../../model/validity.js';
import type { ExportExtra } from '../../portability/file/record-lines.js';
import type { ExportSource } from '../../portability/ports/export-source.port.js';
import type { ImportTarget } from '../../portability/ports/import-target.port.js';
import { ExportService } from '../../portability/transfer/export.service.js';
import { ImportService, type ImportRequest } from '../../portability/transfer/import.service.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { LinkService } from '../../links/link.service.js';
import { ImportanceNormalizers } from '../../importance/importance-normalizers.js';
import type { NamespaceLock } from '../../verify/ports/namespace-lock.port.js';
import { aDeletion, aWrite, drainAll, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';
import { WRITTEN_PAYLOAD } from '../written-numbers.js';

const FIELDS = { text: ['text'], session: ['session'], source: [], time: [] };
const LIMITS = { maxDimensions: 16, maxBulkItems: 1000, maxDepth: 20, maxBytes: 200_000 };
const AS_OURS: ImportRequest = { onConflict: 'skip', fromLine: 1, verifies: true };

/** What exports and imports stand on, over the same data as the truth. */
export interface PortabilityAdapters {
  readonly source: ExportSource;
  readonly target: ImportTarget;
  readonly lock: NamespaceLock;
  /** Takes all of a namespace away, as if it had never been. */
  wipe(namespace: Namespace): Promise<void>;
}

/** Yields text as a file that comes in pieces. */
export async function* fileOf(text: string, pieceBytes = 65_536): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
}

class CountingTelemetry extends SilentTelemetry {
  private counts = { records: 0, bytes: 0, ended: [] as string[] };

  /** What was heard since the last time. */
  taken() {
    const { counts } = this;
    this.counts = { records: 0, bytes: 0, ended: [] };
    return counts;
  }

  override countTransferred(_?: string, records = 0, bytes = 0): void {
    this.counts.records += records;
    this.counts.bytes += bytes;
  }

  override observeTransfer(operation?: string, outcome?: string): void {
    this.counts.ended.push([operation, outcome].join(' '));
  }
}

/** What every ExportSource and ImportTarget must do. Nobody else may drain the outbox meanwhile. */
export function describePortabilityContract(
  adapter: string,
  truth: TruthHarness,
  portability: () => PortabilityAdapters,
): void {
  const exportOf = async (namespace: Namespace, include: readonly ExportExtra[] = [], given?: number) => {
    const service = new ExportService(portability().source);
    let text = '';
    const request = { include, ...(given === undefined ? {} : { position: given }) };
    for await (const part of (await service.export(namespace, request)).parts) text += part;
    return text;
  };
  const importer = (telemetry = new SilentTelemetry()) => {
    const { target, lock } = portability();
    const normalizers = new ImportanceNormalizers(truth().importances);
    const embeddings = { space: 'test', dimension: 3 };
    return new ImportService({ target, lock, normalizers, embeddings, telemetry }, { limits: LIMITS, fields: FIELDS });
  };
  const importInto = (namespace: Namespace, text: string, request: Partial<ImportRequest> = {}) =>
    importer().import(namespace, fileOf(text), { ...AS_OURS, ...request });
  const linker = () => new LinkService(truth().links.writer, new SilentTelemetry(), LIMITS);
  const linked = (namespace: Namespace, from: number, to: number, more = {}) =>
    linker().link(namespace, { from: [from], to: [to], type: 'related', weight: 1, ...more }, 'none');
  const stop = async (work: Promise<unknown>): Promise<ImportStoppedError> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ImportStoppedError);
    return error as ImportStoppedError;
  };
  const keysOf = async (namespace: Namespace) =>
    (await truth().catalog.list(namespace, { limit: 100 }, new Date())).memories.map(({ key }) => key);

  /** Versions, an expiry, importance, numbers as written, a deletion that began another life, links either way. */
  const filled = async () => {
    const namespace = freshNamespace();
    const { writer } = truth();
    const expiresAt = new Date('2100-01-01T00:00:00.123Z');
    await writer.write([
      aWrite(namespace, { coordinate: [9], payload: { text: 'nine' }, importance: 3, importanceNorm: 0.25 }),
      aWrite(namespace, { coordinate: [3], payload: { text: 'three', b: 1, a: { z: 1, y: 2 } }, type: 'episodic' }),
      aWrite(namespace, { coordinate: [5, -0.5], payload: { text: 'five' }, expiresAt }),
    ]);
    await nextMillisecond();
    await writer.write([aWrite(namespace, { coordinate: [3], payload: WRITTEN_PAYLOAD })]);
    await writer.write([aWrite(namespace, { coordinate: [3], payload: { text: 'three again ü\u2028"' } })]);
    await writer.write([aWrite(namespace, { coordinate: [4] })]);
    await writer.delete([aDeletion(namespace, '4')]);
    await nextMillisecond();
    await writer.write([aWrite(namespace, { coordinate: [4], payload: { text: 'four' } })]);
    await writer.write([aWrite(namespace, { coordinate: [4], payload: WRITTEN_PAYLOAD })]);
    await linked(namespace, 9, 3, { weight: 0.5, metadata: { why: 'so', n: 1 } });
    await linked(namespace, 9, 3, { weight: 0.25, metadata: { why: 'therefore' } });
    await linked(namespace, 3, 4, { type: 'causes' });
    await linked(namespace, 3, 77);
    return namespace;
  };
  const many = async (count: number) => {
    const namespace = freshNamespace();
    for (let start = 0; start < count; start += 500) {
      const size = Math.min(500, count - start);
      await truth().writer.write(
        Array.from({ length: size }, (_, index) =>
          aWrite(namespace, { coordinate: [start + index], payload: { text: `number ${start + index}` } }),
        ),
      );
    }
    return namespace;
  };

  /**
   * (1) is superseded by (2), which was made later, and by (0), which is older; (3) took the place of a memory of another life
   * of (4). Facts with bounds, in the past of our era too.
   */
  const superseding = async () => {
    const namespace = freshNamespace();
    const { writer } = truth();
    const put = async (place: number, validity?: Partial<Validity>, text = `fact ${place}`) => {
      const none: Validity = { fromMs: null, toMs: null, supersedes: [], supersededBy: {}, supersededAtMs: null };
      const said = validity ? { validity: { ...none, ...validity } } : {};
      await writer.write([aWrite(namespace, { coordinate: [place], payload: { text }, ...said })]);
      await nextMillisecond();
    };
    await put(0);
    await put(1, { fromMs: Date.parse('0100-01-01T00:00:00Z') });
    await put(2, { fromMs: 5, toMs: 4_000_000_000_123, supersedes: ['1'] });
    await put(0, { fromMs: -7, supersedes: ['1'] }, 'younger');
    await put(4);
    await put(3, { fromMs: 9, supersedes: ['4', '1'] });
    await writer.delete([aDeletion(namespace, '4')]);
    await put(4);
    await put(3, { fromMs: 9, supersedes: ['4'] }).then(() => writer.delete([aDeletion(namespace, '4')]));
    await put(4);
    return namespace;
  };
  const newerThan = async (namespace: Namespace, key: string) => {
    const [memory] = await truth().reader.findByKeys(namespace, [key], new Date());
    return memory?.validity?.supersededBy ?? {};
  };

  describe(`${adapter} as what exports and imports stand on`, () => {
    it.each([
      ['without more', []],
      ['with history', ['history']],
      ['with history and vectors', ['history', 'vectors']],
    ] as const)('gives the same bytes after a wipe and an import, %s', async (_, include) => {
      const namespace = await filled();
      const embedding = { space: 'test', vector: new Float32Array([0.6, 0, 0.8]) };
      await truth().projection.markIndexed([{ namespace, key: '9', version: 1, embedding }]);
      const [before, order] = [await exportOf(namespace, include), await keysOf(namespace)];
      const links = await truth().links.reader.touching(namespace, ['3'], ALL_LINKS);
      await portability().wipe(namespace);
      expect(await keysOf(namespace)).toEqual([]);
      const report = await importInto(namespace, before);
      expect(report).toMatchObject({ format: 'soma', memories: { imported: 4 }, links: { imported: 3 } });
      expect(report.versions).toBe(include.includes('history' as never) ? 3 : 0);
      expect(await exportOf(namespace, include)).toBe(before);
      expect(await keysOf(namespace)).toEqual(order);
      const linksAfter = await truth().links.reader.touching(namespace, ['3'], ALL_LINKS);
      expect(linksAfter.map(({ link }) => ({ ...link, id: 0 }))).toEqual(links.map(({ link }) => ({ ...link, id: 0 })));
      const elsewhere = freshNamespace();
      await importInto(elsewhere, before);
      expect(await exportOf(elsewhere, include)).toBe(before);
      if (include.includes('vectors' as never)) expect(before).toContain('"vector":{"space":"test"');
    });

    it.each([['without history', []] as const, ['with history', ['history']] as const])(
      'gives the same bytes of what is valid at times and superseded, %s',
      async (_, include) => {
        const namespace = await superseding();
        const before = await exportOf(namespace, include);
        expect(before).toContain('"valid_from":"0100-01-01T00:00:00.000Z"');
        expect(before).toContain(
          '"superseded_by":[{"coordinate":[0],"since":"1969-12-31T23:59:59.993Z"},{"coordinate":[2]',
        );
        const target = freshNamespace();
        await drainAll(truth().outbox);
        await importInto(target, before);
        expect(await exportOf(target, include)).toBe(before);
        expect(await newerThan(target, '1')).toEqual({ '0': -7, '2': 5 });
        expect(await newerThan(target, '4')).toEqual({});
        expect((await drainAll(truth().outbox)).map(({ key }) => key).sort()).toEqual(['0', '1', '2', '3', '4']);
        for (const place of [namespace, target]) {
          const again = await importInto(place, before, { onConflict: 'fail' });
          expect(again.memories).toMatchObject({ imported: 0, unchanged: 5 });
        }
        // Part by part, each imported by itself.
        const single = freshNamespace();
        const lines = before.trimEnd().split('\n');
        const [header = ''] = lines;
        for (const kind of lines.filter((line) => line.includes('"kind":"memory"'))) {
          await importInto(single, `${header}\n${kind}`, { verifies: false });
        }
        expect(await newerThan(single, '1')).toEqual({ '0': -7, '2': 5 });
        await truth().writer.delete([aDeletion(target, '2'), aDeletion(target, '0')]);
        expect(await newerThan(target, '1')).toEqual({});
      },
    );

    it('lets what is there already be superseded by what comes, and by nothing that is not there', async () => {
      const namespace = freshNamespace();
      const { writer } = truth();
      const fact = { fromMs: 5, toMs: null, supersededBy: {}, supersededAtMs: null };
      await writer.write([aWrite(namespace, { coordinate: [1] })]);
      const early = await exportOf(namespace);
      await nextMillisecond();
      await writer.write([aWrite(namespace, { coordinate: [2], validity: { ...fact, supersedes: ['1'] } })]);
      const late = await exportOf(namespace);
      const target = freshNamespace();
      await importInto(target, early);
      expect((await importInto(target, late)).memories).toMatchObject({ imported: 1, unchanged: 1 });
      expect(await newerThan(target, '1')).toEqual({ '2': 5 });
      expect(await exportOf(target)).toBe(late);

      const taken = freshNamespace();
      await writer.write([aWrite(taken, { coordinate: [2], payload: { text: 'mine' } })]);
      const skipped = await importInto(taken, late);
      expect(skipped.memories).toMatchObject({ imported: 1, skipped: 1 });
      expect(await newerThan(taken, '1')).toEqual({});
      const [settled] = await truth().reader.findByKeys(taken, ['1'], new Date());
      expect(settled).toMatchObject({ version: 3 });
      const told = await truth().history.page({ namespace: taken, key: '1' }, { limit: 1 }, new Date());
      expect(told.versions).toMatchObject([{ version: 3, kind: 'updated' }]);
      expect((await importInto(taken, late, { onConflict: 'replace' })).memories).toMatchObject({
        replaced: 1,
        unchanged: 1,
      });
      expect(await newerThan(taken, '1')).toEqual({ '2': 5 });
      // What is deleted while others export supersedes nothing in the file.
      const position = await portability().source.position();
      await writer.delete([aDeletion(namespace, '2')]);
      expect(await exportOf(namespace, [], position)).not.toContain('superseded');
      const circle = late.replace(
        '"superseded_by"',
        '"valid_from":"2020-01-01T00:00:00Z","supersedes":[[2]],"superseded_by"',
      );
      const refused = await stop(importInto(freshNamespace(), circle, { verifies: false }));
      expect(refused).toMatchObject({
        code: 'broken_import',
        problem: expect.stringMatching(/supersedes: .*lead back/),
      });
    });

    it('keeps versions and times, and history as long as it is told', async () => {
      const namespace = await filled();
      const text = await exportOf(namespace, ['history']);
      const [before] = await truth().reader.findByKeys(namespace, ['3'], new Date());
      const place = { namespace: freshNamespace(), key: '3' };
      await importInto(place.namespace, text);
      const [after] = await truth().reader.findByKeys(place.namespace, ['3'], new Date());
      expect(after).toMatchObject({ version: 3, payload: before!.payload, createdAt: before!.createdAt });
      expect(after!.updatedAt).toEqual(before!.updatedAt);
      const told = await truth().history.page(place, { limit: 9 }, new Date());
      const was = await truth().history.page({ namespace, key: '3' }, { limit: 9 }, new Date());
      expect(told).toEqual(was);
    });

    it('shows a namespace as it was at its position, whatever is written meanwhile', async () => {
      const namespace = await filled();
      await linked(namespace, 9, 5);
      const position = await portability().source.position();
      const before = await exportOf(namespace, ['history'], position);
      const { writer } = truth();
      await writer.write([
        aWrite(namespace, { coordinate: [9], payload: { text: 'later' } }),
        aWrite(namespace, { coordinate: [1000], payload: { text: 'new' } }),
      ]);
      await writer.write([aWrite(namespace, { coordinate: [4], payload: { text: 'later' } })]);
      await linked(namespace, 9, 3, { weight: 7 });
      await linked(namespace, 9, 1000);
      await linker().unlink(namespace, { from: [9], to: [5] });
      await linked(namespace, 9, 5, { weight: 9 });
      expect(await exportOf(namespace, ['history'], position)).toBe(before);
      // What is deleted is given to nobody any more, nor is what was there before it.
      await writer.delete([aDeletion(namespace, '3'), aDeletion(namespace, '9')]);
      await writer.write([aWrite(namespace, { coordinate: [9], payload: { text: 'another life' } })]);
      const left = await exportOf(namespace, [], position);
      expect(left).not.toMatch(/nine|three|later|another life/);
      expect(left).toContain('"five"');
    });

    it('sees what was acknowledged, and waits for what is under way', async () => {
      const namespace = freshNamespace();
      for (let round = 0; round < 5; round += 1) {
        await truth().writer.write([aWrite(namespace, { coordinate: [round] })]);
        expect((await exportOf(namespace)).match(/"kind":"memory"/g)).toHaveLength(round + 1);
      }
    });

    it('goes on behind a checkpoint with the same bytes, after memories and after links', async () => {
      const namespace = await many(1100);
      await importLinks(namespace, 1500);
      const service = new ExportService(portability().source);
      const position = await portability().source.position();
      const whole = await exportOf(namespace, [], position);
      const checkpoints = [...whole.matchAll(/\{"kind":"checkpoint".*"after":"([^"]+)"\}\n/g)];
      expect(checkpoints).toHaveLength(2);
      await truth().writer.write([aWrite(namespace, { coordinate: [5000] })]);
      for (const found of checkpoints) {
        let rest = '';
        const { parts } = await service.export(namespace, { include: [], position, after: found[1]! });
        for await (const part of parts) rest += part;
        expect(rest).toBe(whole.slice(found.index + found[0].length));
      }
    });

    it('names a broken line, imports what is before its part and nothing of it, and goes on from there', async () => {
      const namespace = await many(1500);
      const text = await exportOf(namespace);
      const target = freshNamespace();
      const lines = text.split('\n');
      lines[1300] = lines[1300]!.slice(0, -5);
      const broken = await stop(importInto(target, lines.join('\n')));
      expect(broken).toMatchObject({
        code: 'broken_import',
        line: 1301,
        progress: { resumeFromLine: 1003, records: 1000 },
      });
      expect((await truth().catalog.counts(target, new Date())).total).toBe(1000);
      const report = await importInto(target, text, { fromLine: 1003 });
      expect(report.memories).toMatchObject({ imported: 500, unchanged: 0 });
      expect(await exportOf(target)).toBe(text);
      const again = await importInto(target, text, { onConflict: 'fail' });
      expect(again.memories).toMatchObject({ imported: 0, unchanged: 1500 });
    });

    it('notices what was changed, cut off, added, or written by a later release', async () => {
      const namespace = await filled();
      const text = await exportOf(namespace, ['history']);
      const target = freshNamespace();
      const lines = text.trimEnd().split('\n');
      const last = lines.length;
      const broken = async (given: string, line: number, problem: RegExp) => {
        const error = await stop(importInto(target, given));
        expect({ line: error.line, problem: error.problem }).toEqual({ line, problem: expect.stringMatching(problem) });
        expect(error.progress).toEqual({ resumeFromLine: 1, records: 0 });
      };
      await broken(text.replace('"nine"', '"mine"'), last, /sha256/);
      await broken(lines.slice(0, -1).join('\n'), last - 1, /cut off/);
      await broken(text.replace('"version":1,', '"version":2,'), 1, /later release/);
      await broken(text.replace('"kind":"memory"', '"kind":"memoir"'), 2, /kind: must be one of/);
      await broken(text.replace('"importance":3', '"importance":3,"mood":1'), 2, /mood: is no field/);
      const said = (fields: string) => text.replace('"importance":3', `"importance":3,${fields}`);
      await broken(said('"valid_from":"now"'), 2, /valid_from: must be an ISO 8601 time/);
      await broken(said('"valid_to":null'), 2, /valid_to: must be a text/);
      await broken(said('"supersedes":[1]'), 2, /supersedes: must be a list of numbers/);
      await broken(said('"superseded_by":[{"coordinate":[1]}]'), 2, /since: must be a text/);
      await broken('{"format":"other"}\n', 1, /no known format/);
      await broken('', 1, /empty/);
      expect(await keysOf(target)).toEqual([]);
      const more = await stop(importInto(freshNamespace(), `${text}${lines[1]}\n`));
      expect(more).toMatchObject({ line: last + 1, problem: expect.stringContaining('after the end') });
      // Changed by hand, and meant so.
      const mine = lines.slice(0, -1).join('\n').replace('"nine"', '"mine"');
      expect((await importInto(target, mine, { verifies: false })).memories.imported).toBe(4);
    });

    it('does with what is in the way as it is told, and tells consumers of what it wrote', async () => {
      const namespace = await filled();
      const text = await exportOf(namespace, ['history']);
      const target = freshNamespace();
      await truth().writer.write([aWrite(target, { coordinate: [9], payload: { text: 'mine' } })]);
      await truth().writer.write([aWrite(target, { coordinate: [3], payload: { text: 'gone' } })]);
      await truth().writer.delete([aDeletion(target, '3')]);
      await linked(target, 3, 77, { weight: 4 });
      await drainAll(truth().outbox);

      const failed = await stop(importInto(target, text, { onConflict: 'fail' }));
      expect(failed).toMatchObject({
        code: 'import_conflict',
        line: 2,
        problem: expect.stringContaining('coordinate 9'),
      });
      expect(await drainAll(truth().outbox)).toEqual([]);

      const skipped = await importInto(target, text, { onConflict: 'skip' });
      expect(skipped.memories).toEqual({ imported: 3, replaced: 0, unchanged: 0, skipped: 1, expired: 0 });
      expect(skipped.links).toEqual({ imported: 2, replaced: 0, unchanged: 0, skipped: 1 });
      const told = await drainAll(truth().outbox);
      expect(told.map(({ event, version }) => [event.type, version])).toEqual([
        ['updated', 5],
        ['created', 1],
        ['updated', 4],
        ['linked', undefined],
        ['linked', undefined],
      ]);

      const replaced = await importInto(target, text, { onConflict: 'replace' });
      expect(replaced.memories).toEqual({ imported: 0, replaced: 1, unchanged: 3, skipped: 0, expired: 0 });
      expect(replaced.links).toEqual({ imported: 0, replaced: 1, unchanged: 2, skipped: 0 });
      const [nine] = await truth().reader.findByKeys(target, ['9'], new Date());
      expect(nine).toMatchObject({ version: 2, payload: { text: 'nine' }, importance: 3, importanceNorm: 0.25 });
      expect((await drainAll(truth().outbox)).map(({ event }) => event.type)).toEqual(['updated', 'linked']);

      const again = await importInto(target, text, { onConflict: 'replace' });
      expect([again.memories.unchanged, again.links.unchanged]).toEqual([4, 3]);
      expect(await drainAll(truth().outbox)).toEqual([]);
    });

    it('counts records and bytes, and how exports and imports end', async () => {
      const namespace = await filled();
      const heard = new CountingTelemetry();
      const service = new ExportService(portability().source, heard);
      let text = '';
      for await (const part of (await service.export(namespace, { include: ['history'] })).parts) text += part;
      expect(heard.taken()).toEqual({ records: 10, bytes: Buffer.byteLength(text), ended: ['export complete'] });
      // Whoever goes away after the first part.
      for await (const part of (await service.export(namespace, { include: [] })).parts) if (part) break;
      expect(heard.taken().ended).toEqual(['export abandoned']);
      const lost = await service.export(namespace, { include: [], position: 1, after: 'x' });
      await expect(lost.parts.next()).rejects.toThrow(/checkpoint/);
      expect(heard.taken().ended).toEqual(['export failed']);

      const imports = importer(heard);
      const target = freshNamespace();
      const lines = text.trimEnd().split('\n');
      await stop(imports.import(target, fileOf(lines.slice(0, -1).join('\n')), AS_OURS));
      expect(heard.taken()).toMatchObject({ records: 0, ended: ['import failed'] });
      await imports.import(target, fileOf(text), AS_OURS);
      expect(heard.taken()).toEqual({ records: 7, bytes: Buffer.byteLength(text), ended: ['import complete'] });
    });

    it('leaves out what has expired meanwhile', async () => {
      const namespace = freshNamespace();
      await truth().writer.write([aWrite(namespace, { coordinate: [1], expiresAt: new Date(Date.now() + 3_600_000) })]);
      const text = (await exportOf(namespace)).replace(
        /"expires_at":"[^"]+"/,
        '"expires_at":"2020-01-01T00:00:00.000Z"',
      );
      const report = await importInto(freshNamespace(), text, { verifies: false });
      expect(report.memories).toMatchObject({ imported: 0, expired: 1 });
    });

    it('lets one import at a time into a namespace', async () => {
      const namespace = await filled();
      const text = await exportOf(namespace);
      const target = freshNamespace();
      let goOn: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      let isBegun: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => (isBegun = resolve));
      async function* slow() {
        isBegun();
        yield Buffer.from(text.slice(0, 100));
        await held;
        yield Buffer.from(text.slice(100));
      }
      const first = importer().import(target, slow(), AS_OURS);
      await begun;
      await expect(importInto(target, text)).rejects.toBeInstanceOf(NamespaceBusyError);
      expect((await importInto(freshNamespace(), text)).memories.imported).toBe(4);
      goOn();
      expect((await first).memories.imported).toBe(4);
    });

    it('imports what other services export, and the same again changes nothing', async () => {
      const namespace = freshNamespace();
      const earlier = [
        '{"coordinate": [1.0, 2.0, 3.0], "memory_type": "semantic", "task": "boil", "importance": 5, "importance_norm": 1.0, "timestamp": 1764500000.5}',
        '{"coordinate": [4, 5, 6], "memory_type": "episodic", "id": 1234567890123456789}',
      ].join('\n');
      const report = await importInto(namespace, earlier);
      expect(report).toMatchObject({ format: 'earlier-jsonl', memories: { imported: 2 } });
      const [first] = await truth().reader.findByKeys(namespace, ['1,2,3'], new Date());
      expect(first).toMatchObject({ type: 'semantic', importance: 5, createdAt: new Date(1764500000500), version: 1 });
      expect(Object.keys(first!.payload).sort()).toEqual(['importance', 'task', 'timestamp']);

      const graph = `<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d1" for="edge" attr.name="weight" attr.type="double"/><key id="d0" for="edge" attr.name="type" attr.type="string"/>
  <graph edgedefault="directed">
    <node id="(1.0, 2.0, 3.0)"/><node id="(4.0, 5.0, 6.0)"/>
    <edge source="(1.0, 2.0, 3.0)" target="(4.0, 5.0, 6.0)"><data key="d0">causes</data><data key="d1">0.5</data></edge>
  </graph>
</graphml>`;
      expect(await importInto(namespace, graph)).toMatchObject({ format: 'earlier-graphml', links: { imported: 1 } });
      const [link] = await truth().links.reader.touching(namespace, ['1,2,3'], ALL_LINKS);
      expect(link?.link).toMatchObject({ type: 'causes', weight: 0.5, to: { key: '4,5,6' } });

      const mem0 = JSON.stringify({
        count: 1,
        next: null,
        results: [
          {
            id: 'a1',
            memory: 'Likes tea',
            hash: 'x',
            metadata: { k: 1 },
            user_id: 'u',
            created_at: '2025-01-31T10:00:00-08:00',
            updated_at: null,
          },
        ],
      });
      const agent = JSON.stringify({
        memories: [
          {
            id: 'b1',
            text: 'Owns a kettle',
            memory_type: 'semantic',
            topics: ['kitchen'],
            session_id: null,
            created_at: '2026-02-01T23:32:25.452424Z',
            dist: 1.0,
          },
        ],
        total: 1,
      });
      for (const [format, file] of [
        ['mem0', mem0],
        ['agent-memory-server', agent],
      ] as const) {
        expect(await importInto(namespace, file)).toMatchObject({ format, memories: { imported: 1 } });
        expect(await importInto(namespace, file, { format })).toMatchObject({ memories: { unchanged: 1 } });
      }
      expect((await importInto(namespace, earlier)).memories).toMatchObject({ imported: 0, unchanged: 2 });
      const { memories } = await truth().catalog.list(namespace, { limit: 9 }, new Date());
      expect(memories.map(({ payload }) => payload['text']).filter(Boolean)).toEqual(['Likes tea', 'Owns a kettle']);
      const failed = await stop(importInto(namespace, '{"memory": "no id"}'));
      expect(failed).toMatchObject({ line: 1, problem: expect.stringContaining('id: must be there') });
    });
  });

  /** A file of links alone, from (0) on. */
  async function importLinks(namespace: Namespace, count: number): Promise<void> {
    const at = '2026-01-31T12:00:00.000Z';
    const line = (index: number) =>
      JSON.stringify({
        ...{ kind: 'link', from: [index % 1000], to: [index + 2000], type: 'related', weight: 1, metadata: {} },
        ...{ version: 2, created_at: at, updated_at: at },
      });
    const lines = [
      '{"format":"somafractalmemory","version":1}',
      ...Array.from({ length: count }, (_, index) => line(index)),
    ];
    const report = await importInto(namespace, lines.join('\n'), { verifies: false });
    expect(report.links.imported).toBe(count);
  }
}

const ALL_LINKS = { direction: 'out', order: 'oldest', now: new Date(), limit: 100 } as const;
