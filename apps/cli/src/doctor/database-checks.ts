import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runningDatabase, withDataSource, type CompleteOptions } from '@sfm/composition';
import { BYPASSED, MigrationRunner, rowSecurityOf } from '@sfm/storage';
import { ok, reasonOf, warning, wrong, type Finding } from './finding.js';

const MAX_CLOCK_SECONDS = 5;

type DataSource = Parameters<Parameters<typeof withDataSource>[2]>[0];

/** Looks at PostgreSQL: whether it answers, its version, its clock, and the schema. */
export async function databaseFindings({ truth }: CompleteOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    const running = await runningDatabase(truth);
    if (!running) {
      const isThere = truth.kind === 'embedded' && existsSync(join(truth.dataDir, 'postgres'));
      return [
        ok('PostgreSQL', isThere ? 'embedded; is started by the service' : 'embedded; is made at the first start'),
      ];
    }
    await withDataSource(running, truth, async (dataSource) => {
      findings.push(
        ...(await serverFindings(dataSource)),
        await roleFinding(dataSource),
        await schemaFinding(dataSource),
      );
    });
  } catch (error) {
    const todo =
      truth.kind === 'server'
        ? 'start it, or correct POSTGRES_URL'
        : 'see the log of the service; stop what is left of it';
    return [...findings, wrong('PostgreSQL', reasonOf(error), todo)];
  }
  return findings;
}

async function serverFindings(dataSource: DataSource): Promise<readonly Finding[]> {
  const startMs = Date.now();
  const rows: unknown = await dataSource.query(
    `SELECT current_setting('server_version') AS version, extract(epoch FROM clock_timestamp())::float8 AS seconds`,
  );
  const [{ version, seconds }] = rows as readonly [{ readonly version: string; readonly seconds: number }];
  const apart = Math.abs((startMs + Date.now()) / 2000 - seconds);
  return [
    Number.parseInt(version, 10) >= 15
      ? ok('PostgreSQL', version)
      : wrong('PostgreSQL', version, 'upgrade it to 15 or newer'),
    apart <= MAX_CLOCK_SECONDS
      ? ok('clock of PostgreSQL', `as here to ${Math.ceil(apart)} s`)
      : wrong('clock of PostgreSQL', `${Math.round(apart)} s apart`, 'have both machines set their clocks by NTP'),
  ];
}

async function roleFinding(dataSource: DataSource): Promise<Finding> {
  const rowSecurity = await rowSecurityOf((text) => dataSource.query(text));
  return rowSecurity === 'enforced'
    ? ok('role of PostgreSQL', 'held to namespaces by row-level security')
    : warning('role of PostgreSQL', BYPASSED, 'see docs/security.md: a role for POSTGRES_URL without superuser rights');
}

async function schemaFinding(dataSource: DataSource): Promise<Finding> {
  const { current, migrations, unknown } = await new MigrationRunner(dataSource).currentRevision();
  if (unknown.length > 0) {
    return wrong('schema', `of a newer release: ${unknown.join(', ')}`, 'install that release here too');
  }
  const pending = migrations.filter(({ applied }) => !applied);
  if (pending.length === 0) return ok('schema', `${current ?? 'empty'} (head)`);
  return warning('schema', `${pending.length} migrations are pending`, 'run soma db upgrade, or start the service');
}
