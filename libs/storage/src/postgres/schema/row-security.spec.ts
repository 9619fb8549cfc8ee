import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NamespaceScope, withinNamespaces, withScope, type Namespace } from '@sfm/memory';
import { aWrite, freshNamespace } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { MigrationRunner } from './migration-runner.js';
import { ofTheService } from '../connection/of-the-service.js';

let truth: TruthDatabase;
const ours = freshNamespace();
const theirs = freshNamespace();

/** Columns that name a namespace. What holds one under another name has its row here. */
const COLUMNS: Readonly<Record<string, string>> = { namespaces: 'name', namespace_moves: 'source' };
/** Not of a namespace: what credentials may do, and what administrators did. */
const OF_NO_NAMESPACE = ['audit_log'];

/** Makes a row of each table that writing a memory leaves none in. */
const ROWS: Readonly<Record<string, string>> = {
  memory_links: `INSERT INTO memory_links (namespace, from_key, link_type, to_key) VALUES ($1, '1', 'near', '2')`,
  idempotency_keys: `INSERT INTO idempotency_keys (credential_id, namespace, operation, key, hash, claim_id, until)
    VALUES ('', $1, 'store', 'k', '', gen_random_uuid(), now())`,
  importance_states: `INSERT INTO importance_states (namespace) VALUES ($1)`,
  importance_scales: `INSERT INTO importance_scales (namespace, since, min, max) VALUES ($1, now(), 0, 1)`,
  retention_policies: `INSERT INTO retention_policies (namespace) VALUES ($1)`,
  consolidations: `INSERT INTO consolidations (id, namespace, fingerprint, request) VALUES (gen_random_uuid(), $1, '', '{}')`,
  named_locks: `INSERT INTO named_locks (namespace, name, owner, token, acquired_at, expires_at)
    VALUES ($1, 'l', 'o', 1, now(), now())`,
  namespace_moves: `INSERT INTO namespace_moves (source, target, id, position) VALUES ($1, $1 || '-moved', gen_random_uuid(), 0)`,
};

async function tables(): Promise<readonly { readonly name: string; readonly column: string }[]> {
  const rows = await truth.database.query<{ name: string }>({
    text: `SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND (c.relname = ANY($1::text[]) OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'namespace'))
      AND c.relname <> ALL($2::text[]) ORDER BY 1`,
    values: [Object.keys(COLUMNS), OF_NO_NAMESPACE],
  });
  return rows.map(({ name }) => ({ name, column: COLUMNS[name] ?? 'namespace' }));
}

const within = <T>(namespace: Namespace, work: () => Promise<T>) => withinNamespaces([namespace], work);
const run = async (text: string, ...values: unknown[]) =>
  truth.database.query<Record<string, unknown>>({ text, values });

beforeAll(async () => {
  truth = await openTruthDatabase();
  for (const namespace of [ours, theirs]) {
    await truth.adapters.writer.write([aWrite(namespace)]);
    for (const insert of Object.values(ROWS)) await run(insert, namespace);
    await run(
      `INSERT INTO consolidation_items (consolidation_id, coordinate_key, coordinate, content_hash, prior_version)
        SELECT id, '1', '{1}', '', 1 FROM consolidations WHERE namespace = $1`,
      namespace,
    );
  }
});
afterAll(async () => {
  await truth.close();
});

describe('row-level security', () => {
  it('binds the role of the service, which has no powers beyond its database, on every table of a namespace', async () => {
    const [role] = await run('SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user');
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
    const bound = await run(`SELECT relname AS name FROM pg_class WHERE relrowsecurity AND relforcerowsecurity`);
    const names = bound.map(({ name }) => name);
    for (const { name } of await tables()) expect(names).toContain(name);
    expect(names).toContain('consolidation_items');
  });

  it('lets no statement of one namespace see, count, change, remove or make a row of another, in any table', async () => {
    const found = await tables();
    expect(found.length).toBeGreaterThan(10);
    for (const { name, column } of found) {
      const [row] = await run(`SELECT to_jsonb(t) AS row FROM ${name} t WHERE ${column} = $1`, theirs);
      expect({ name, row }).toEqual({ name, row: expect.anything() });
      await within(ours, async () => {
        const seen = await run(`SELECT ${column} AS namespace FROM ${name}`);
        expect({ name, seen: [...new Set(seen.map(({ namespace }) => namespace))] }).toEqual({ name, seen: [ours] });
        await truth.database.transaction(async (inside) => {
          // Nothing changes the ledger, and only who says so removes of it.
          await inside({ text: `SET LOCAL soma.erasure = 'on'` });
          const where = { text: `WHERE ${column} = $1 RETURNING 1`, values: [theirs] };
          const update = { ...where, text: `UPDATE ${name} SET ${column} = ${column} ${where.text}` };
          const changed = name === 'memory_events' ? [] : await inside(update);
          const removed = await inside({ ...where, text: `DELETE FROM ${name} ${where.text}` });
          expect({ name, changed, removed }).toEqual({ name, changed: [], removed: [] });
        });
        await expect(
          run(
            `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(NULL::${name}, $1)).*`,
            JSON.stringify(row?.['row']),
          ),
        ).rejects.toMatchObject({ code: '42501' });
      });
      const kept = await run(`SELECT FROM ${name} WHERE ${column} = $1`, theirs);
      expect({ name, kept: kept.length > 0 }).toEqual({ name, kept: true });
    }
    const items = await within(ours, () => run('SELECT FROM consolidation_items'));
    expect(items).toHaveLength(1);
  });

  it('finds nothing for a request that was admitted to nothing, and gives the next one on the connection its own', async () => {
    const scope = new NamespaceScope();
    const count = () => run('SELECT count(*)::int AS count FROM memories');
    expect(await withScope(scope, count)).toEqual([{ count: 0 }]);
    scope.widen([ours]);
    expect(await withScope(scope, count)).toEqual([{ count: 1 }]);
    const all = await run('SELECT count(*)::int AS count FROM memories');
    expect(all).toEqual([{ count: 2 }]);
    await expect(within(ours, () => run('SELECT 1 / 0'))).rejects.toThrow('division by zero');
    expect(await withScope(scope, () => ofTheService(truth.adapters.catalog).counts(theirs, new Date()))).toMatchObject(
      {
        total: 1,
      },
    );
  });

  it('reads names as they are, whatever they hold, and prefixes', async () => {
    const odd = [`100%-${ours}`, `a_b-${ours}`, `c:\\d-${ours}`, `axb-${ours}`] as Namespace[];
    await truth.adapters.writer.write(odd.map((namespace) => aWrite(namespace)));
    const names = async () => (await run('SELECT namespace AS name FROM memories ORDER BY 1')).map(({ name }) => name);
    for (const namespace of odd) expect(await within(namespace, names)).toEqual([namespace]);
    expect(await withinNamespaces([{ prefix: 'a_' }], names)).toEqual([`a_b-${ours}`]);
    expect(await withinNamespaces([{ prefix: '%' }], names)).toEqual([]);
    expect(await withinNamespaces('*', names)).toHaveLength(6);
  });

  it('holds a port that is called with a namespace which nobody was admitted to', async () => {
    const { reader, writer, catalog } = truth.adapters;
    const [mine] = await run('SELECT coordinate_key AS key FROM memories WHERE namespace = $1', theirs);
    await within(ours, async () => {
      expect(await reader.findByKeys(theirs, [String(mine?.['key'])], new Date())).toEqual([]);
      expect((await catalog.counts(theirs, new Date())).total).toBe(0);
      await expect(writer.write([aWrite(theirs)])).rejects.toThrow('row-level security');
      await truth.database.transaction(async (inside) => {
        expect(await inside({ text: 'SELECT FROM memories WHERE namespace = $1', values: [theirs] })).toEqual([]);
        expect(await inside({ text: 'SELECT FROM memories WHERE namespace = $1', values: [ours] })).toHaveLength(1);
      });
    });
  });

  it('holds rows from before an upgrade, which goes on without them being touched', async () => {
    const runner = new MigrationRunner(truth.dataSource);
    const isBound = async () =>
      (await run(`SELECT FROM pg_class WHERE relname = 'memories' AND relrowsecurity`)).length > 0;
    const count = async () => (await run('SELECT count(*)::int AS count FROM memories'))[0]?.['count'];
    const all = await count();
    while (await isBound()) await runner.migrateDown();
    expect(await within(ours, count)).toBe(all);
    await runner.migrateUp();
    expect(await count()).toBe(all);
    expect(await within(ours, count)).toBe(1);
    const near = await within(ours, () =>
      truth.adapters.coordinates.nearest(ours, { to: [1, 2], limit: 5 }, new Date()),
    );
    expect(near.places).toHaveLength(1);
  });
});
