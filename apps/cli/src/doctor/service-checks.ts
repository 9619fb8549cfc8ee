import { isJsonObject, parseJson, type JsonObject } from '@sfm/memory';
import { VERSION } from '../version/version.js';
import { ok, warning, wrong, type Finding } from './finding.js';

const PATIENCE_MS = 5000;
/** Clocks that differ by more make expiries and tokens end at the wrong time. */
const MAX_CLOCK_SECONDS = 5;

interface Service {
  readonly url: string;
  readonly token?: string;
}

interface Answer {
  readonly status: number;
  readonly date: string | null;
  readonly body: JsonObject;
}

/** Looks at a service from outside: its parts, version, clock, readiness, and whether it takes the token. */
export async function examineService(
  { url, token }: Service,
  signal: AbortSignal,
): Promise<{ readonly answers: boolean; readonly findings: readonly Finding[] }> {
  const ask = (path: string) => answerOf(`${new URL(url).href.replace(/\/$/, '')}${path}`, token, signal);
  const health = await ask('/health');
  if (!health || !('kv_store' in health.body)) return { answers: false, findings: [] };
  const ready = await ask('/readyz');
  const findings = [
    readiness(url, ready),
    ...parts(health.body),
    versionFinding(health.body['version']),
    clockFinding(health.date),
    tokenFinding(token === undefined ? undefined : await ask('/v1/namespaces?limit=1')),
  ];
  return { answers: true, findings };
}

async function answerOf(url: string, token: string | undefined, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const body: unknown = parseJson(await response.text());
    return { status: response.status, date: response.headers.get('date'), body: isJsonObject(body) ? body : {} };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function readiness(url: string, ready: Answer | undefined): Finding {
  if (ready?.status === 200) return ok('service', `serves at ${url}`);
  const reason = ready?.body['reason'];
  return wrong(
    'service',
    typeof reason === 'string' ? reason : 'is not ready',
    'wait for it, or see the parts below and its log',
  );
}

function parts({ services }: JsonObject): readonly Finding[] {
  const list = Array.isArray(services) ? services.filter(isJsonObject) : [];
  return list
    .filter(({ details }) => !isJsonObject(details) || !('stands_for' in details))
    .map(({ name, healthy, details }) => {
      const what = `service: ${String(name)}`;
      if (healthy === true) return ok(what, 'healthy');
      return wrong(what, JSON.stringify(details), remedyOf(String(name), details));
    });
}

/** What answers and cannot be used is not to be started. */
function remedyOf(name: string, details: unknown): string {
  switch (isJsonObject(details) ? details['error'] : undefined) {
    case 'index_unusable':
      return 'run soma reindex --all, or give SOMA_VECTOR_DIM and the embedder as they were; the log of the service has more';
    case 'newer_release':
      return 'run the release that migrated the database, or revert its migrations with it';
    default:
      return `start ${name}, or correct its address in the settings of the service`;
  }
}

function versionFinding(version: unknown): Finding {
  if (version === VERSION) return ok('version', VERSION);
  return warning('version', `service ${String(version)}, soma ${VERSION}`, 'install the same version of both');
}

/** The header has whole seconds, which are cut off. */
function clockFinding(date: string | null): Finding {
  const apart = (Date.now() - Date.parse(date ?? '')) / 1000;
  if (Number.isNaN(apart)) return warning('clock', 'the service does not say its time', 'look at it there');
  const seconds = Math.max(0, Math.abs(apart - 0.5) - 0.5);
  if (seconds <= MAX_CLOCK_SECONDS) return ok('clock', `as that of the service to ${Math.ceil(seconds)} s`);
  return wrong(
    'clock',
    `${Math.round(seconds)} s apart from that of the service`,
    'have both machines set their clocks by NTP',
  );
}

function tokenFinding(answer: Answer | undefined): Finding {
  if (!answer) return warning('token', 'none is known', 'set SOMA_API_TOKEN or SOMA_API_TOKEN_FILE');
  if (answer.status === 200) return ok('token', 'the service takes it');
  if (answer.status === 401 || answer.status === 403) {
    return wrong('token', `the service refuses it (${answer.status})`, 'set SOMA_API_TOKEN to the one it runs with');
  }
  return warning('token', `cannot be tried: the service answers ${answer.status}`, 'see its log');
}
