import { serviceHere } from '../opening/open-client.js';
import { connectionOf, type Connection } from '../connection/connection.js';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { ConnectionFlags } from '../connection/flags.js';
import { interruptible } from '../session/interruption.js';
import { Output } from '../session/output.js';
import { ok, reasonOf, warning, wrong, type Finding } from './finding.js';
import { examineService } from './service-checks.js';

export type DoctorFlags = ConnectionFlags;

const LEAST_NODE = [20, 19] as const;

/** Prints what was looked at. Exits with 1 when something is wrong. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const output = new Output();
  const findings = await interruptible((signal) => examine(flags, signal));
  if (flags.json === true) await output.json({ healthy: !findings.some(isWrong), findings });
  else {
    await output.table(
      ['CHECK', 'STATE', 'FOUND', 'WHAT TO DO'],
      findings.map(({ what, state, found, todo = '' }) => [what, state, found, todo]),
    );
  }
  const faults = findings.filter(isWrong).length;
  if (faults > 0) throw new CommandError(EXIT.failed, `${faults} of ${findings.length} checks found something wrong`);
}

/** Looks at everything, whatever is wrong with the rest. */
async function examine(flags: ConnectionFlags, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings = [nodeFinding()];
  let connection: Connection;
  try {
    connection = connectionOf(flags);
  } catch (error) {
    return [...findings, wrong('settings', reasonOf(error), 'correct them; docs/CONFIGURATION.md lists all settings')];
  }
  findings.push(...settingsFindings(connection));
  const { url } = connection;
  const service = await examineService({ ...connection, url: url ?? serviceHere(connection.config) }, signal);
  findings.push(...service.findings);
  if (url !== undefined) {
    if (!service.answers)
      findings.push(wrong('service', `nothing answers at ${url}`, 'start it, or correct the address'));
    return findings;
  }
  // The drivers load slowly; who looks at a service elsewhere needs none of them.
  const { examineInstallation } = await import('./installation-checks.js');
  return [...findings, ...(await examineInstallation(connection, { isServed: service.answers, signal }))];
}

function isWrong({ state }: Finding): boolean {
  return state === 'wrong';
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const found = `Node ${process.versions.node}`;
  const isNew = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return isNew ? ok('runtime', found) : wrong('runtime', found, `install Node ${LEAST_NODE.join('.')} or newer`);
}

function settingsFindings({ config: { warnings } }: Connection): readonly Finding[] {
  if (warnings.length === 0) return [ok('settings', 'valid')];
  return warnings.map(({ variable, message }) => warning('settings', variable, message));
}
