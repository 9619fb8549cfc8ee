import { chown, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgres, type EmbeddedPostgresConnection } from '@sfm/storage';
import pg from 'pg';
import type { TestCertificates } from '../programs/certificates.js';
import { freePort, isListening, LOOPBACK } from '../lifetime/free-port.js';
import type { Place } from '../launch.js';
import { recordProcess } from '../lifetime/local-server.js';
import type { ServerProcess } from '../lifetime/server-process.js';
import { waitFor } from '../lifetime/wait-for.js';

/** What logs in with a certificate instead of a password; the certificate's common name. */
export const CERTIFICATE_ROLE = 'soma_by_certificate';

/** A PostgreSQL of a test's own, with a role and a database like production's. */
export class PostgresServer implements ServerProcess {
  private connection: EmbeddedPostgresConnection | undefined;
  private running = false;
  private readonly frozen: number[] = [];

  constructor(
    private readonly place: Place,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  get pid(): number | undefined {
    return this.running ? this.connection?.pid : undefined;
  }

  /** Of the role that owns the database; no superuser. */
  get url(): string {
    return this.known.url;
  }

  get adminUrl(): string {
    return this.known.superuserUrl;
  }

  get user(): string {
    return this.known.user;
  }

  get password(): string {
    return this.known.password;
  }

  async start(): Promise<void> {
    if (this.running) return;
    const before = this.connection?.port;
    const { folder, records } = this.place;
    const preferredPort = before ?? this.place.port ?? (await freePort());
    const launcher = new EmbeddedPostgres({
      dataDir: folder,
      exclusive: false,
      settings: this.settings,
      preferredPort,
    });
    const connection = await launcher.start();
    await recordProcess(records, connection.pid, 'SIGQUIT');
    if (before !== undefined && before !== connection.port) {
      await launcher.stop();
      throw new Error(`Port ${before} was taken while PostgreSQL was down.`);
    }
    this.connection = connection;
    this.running = true;
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGINT');
  }

  async freeze(): Promise<readonly number[]> {
    const admin = new pg.Client({ connectionString: this.adminUrl });
    await admin.connect();
    try {
      const { rows } = await admin.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE usename = $1 AND backend_type = 'client backend'",
        [this.user],
      );
      const pids = rows.map(({ pid }) => pid);
      this.frozen.push(...pids);
      signalAll(pids, 'SIGSTOP');
      return pids;
    } finally {
      await admin.end();
    }
  }

  thaw(): void {
    signalAll(this.frozen.splice(0), 'SIGCONT');
  }

  /** Makes it refuse unencrypted connections; client certificates are checked, and one role logs in by its own. */
  async demandTls(certificates: TestCertificates): Promise<void> {
    const cluster = path.join(this.place.folder, 'postgres');
    const { uid, gid } = await stat(cluster);
    const { caFile, serverCertFile, serverKeyFile } = certificates;
    const files = { 'ca.crt': caFile, 'server.crt': serverCertFile, 'server.key': serverKeyFile };
    for (const [name, source] of Object.entries(files)) {
      const file = path.join(cluster, name);
      await copyFile(source, file);
      await chown(file, uid, gid);
    }
    const authentication = [
      `hostssl all ${CERTIFICATE_ROLE} ${LOOPBACK}/32 cert`,
      `hostssl all all ${LOOPBACK}/32 scram-sha-256`,
    ];
    await writeFile(path.join(cluster, 'pg_hba.conf'), `${authentication.join('\n')}\n`);
    const admin = new pg.Client({ connectionString: this.adminUrl });
    await admin.connect();
    try {
      await admin.query(`CREATE ROLE ${CERTIFICATE_ROLE} LOGIN IN ROLE ${this.user}`);
      await admin.query("ALTER SYSTEM SET ssl_ca_file = 'ca.crt'");
      await admin.query('ALTER SYSTEM SET ssl = on');
      await admin.query('SELECT pg_reload_conf()');
    } finally {
      await admin.end();
    }
    await waitFor(() => this.refusesPlainText(), { what: () => 'PostgreSQL to demand TLS' });
  }

  private async refusesPlainText(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.adminUrl });
    try {
      await client.connect();
      return false;
    } catch (error) {
      return /no encryption/.test(String(error));
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    process.kill(pid, signal);
    this.thaw();
    // Its children end by themselves a moment after it; until then the next start would wait for them.
    await waitFor(async () => !(await isRunning(pid)) && !(await isListening(LOOPBACK, this.known.port)), {
      what: () => `PostgreSQL (pid ${pid}) to end`,
    });
    this.running = false;
  }

  private get known(): EmbeddedPostgresConnection {
    if (this.connection === undefined) throw new Error('This PostgreSQL was not started.');
    return this.connection;
  }
}

/** A process that has ended meanwhile needs no signal. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** False for a process that ended and that nobody asked about yet, too. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) Z /s.test(status);
}
