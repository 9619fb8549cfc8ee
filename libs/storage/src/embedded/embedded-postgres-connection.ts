import type { Cluster } from './cluster.js';
import { EMBEDDED_HOST, type Postmaster } from './postmaster.js';

/** How to reach a started embedded PostgreSQL. */
export interface EmbeddedPostgresConnection {
  /** `postgresql://` URL of the service's own role, which owns the database and has no superuser rights. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** For operators and tests. */
  readonly superuserUrl: string;
  readonly dataDir: string;
  /** Pid of the server process at start. */
  readonly pid: number;
  /** True when this start took over a running server that a killed process had left behind. */
  readonly adopted: boolean;
  /** True when this start created the cluster. */
  readonly created: boolean;
}

/** Returns the connection data of a cluster's started server. */
export function connectionTo(cluster: Cluster, dataDir: string, postmaster: Postmaster): EmbeddedPostgresConnection {
  const { user, password, database, superuser, superuserPassword } = cluster.credentials;
  const { port, pid, adopted } = postmaster;
  const at = `${EMBEDDED_HOST}:${port}`;
  return {
    url: `postgresql://${user}:${password}@${at}/${database}`,
    superuserUrl: `postgresql://${superuser}:${superuserPassword}@${at}/postgres`,
    host: EMBEDDED_HOST,
    port,
    user,
    password,
    database,
    dataDir,
    pid,
    adopted,
    created: cluster.created,
  };
}
