import type { ConfigFindings } from './config-warning.js';
import type { Environment } from './environment.js';
import { maskGiven } from './masking.js';
import { RETIRED_SETTINGS } from './retired-settings.js';
import type { Setting } from './kinds/setting.js';
import { forEachSetting, settingGroups, type SettingsTree } from './settings-table.js';
import { findUnknownSettings, isKubernetesServiceLink } from './unknown-settings.js';

/** Result of reading the table: the tree (defaults where a value was not allowed) and all findings. */
export interface SettingsReading {
  readonly tree: SettingsTree;
  readonly findings: ConfigFindings;
  readonly sources: Map<string, string>;
}

interface GivenValue {
  readonly variable: string;
  readonly text: string;
}

/** Reads every row of the table from the environment. Blank variables count as not given. */
export function readSettings(environment: Environment): SettingsReading {
  const values: Record<string, Record<string, unknown>> = {};
  for (const group of settingGroups()) values[group] = {};
  const findings: ConfigFindings = { problems: [], warnings: [] };
  const sources = new Map<string, string>();
  const known = new Set(RETIRED_SETTINGS.map(({ name }) => name));

  forEachSetting((setting, { group, key }) => {
    for (const name of [setting.name, ...setting.aliases.map((alias) => alias.name)]) known.add(name);
    const given = pickGiven(setting, environment, findings);
    const value = given === undefined ? setting.fallback : parseGiven(setting, given, findings);
    if (given !== undefined) sources.set(setting.name, given.variable);
    values[group] = { ...values[group], [key]: value };
  });
  readRetired(environment, findings);
  findings.warnings.push(...findUnknownSettings(environment, known));
  if (!isWhole(values)) throw new Error('the table of settings and the tree disagree');
  return { tree: values, findings, sources };
}

/** Returns the value of the proper name, else of the first alias that has one; reports when it had to choose. */
function pickGiven(
  setting: Setting<unknown>,
  environment: Environment,
  { warnings }: ConfigFindings,
): GivenValue | undefined {
  const notes = new Map(setting.aliases.map(({ name, note }) => [name, note]));
  const given: GivenValue[] = [];
  for (const variable of [setting.name, ...notes.keys()]) {
    const text = environment[variable]?.trim() ?? '';
    if (text === '') continue;
    if (isKubernetesServiceLink(variable, text)) {
      warnings.push({ kind: 'notice', variable, message: 'ignored: this is the link Kubernetes makes for a Service' });
    } else {
      given.push({ variable, text });
    }
  }
  const [chosen, ...others] = given;
  const note = chosen && notes.get(chosen.variable);
  if (chosen && note !== undefined) {
    warnings.push({ kind: 'deprecated', variable: chosen.variable, message: `old name: ${note}` });
  }
  for (const other of others) {
    const message = `ignored: ${chosen?.variable ?? setting.name} is set too and wins; ${notes.get(other.variable) ?? ''}`;
    warnings.push({ kind: 'deprecated', variable: other.variable, message });
  }
  return chosen;
}

function parseGiven(
  setting: Setting<unknown>,
  { variable, text }: GivenValue,
  { problems, warnings }: ConfigFindings,
): unknown {
  const result = setting.schema.safeParse(text);
  if (!result.success) {
    problems.push({ variable, given: maskGiven(text, setting.secret), allowed: `must be ${setting.allowed}` });
    return setting.fallback;
  }
  for (const { kind, reason, when } of setting.caveats) {
    if (when !== undefined && !when(result.data, text)) continue;
    if (kind === 'notice') warnings.push({ kind, variable, message: reason });
    else problems.push({ variable, given: maskGiven(text, setting.secret), allowed: `refused: ${reason}` });
  }
  return result.data;
}

function readRetired(environment: Environment, { problems, warnings }: ConfigFindings): void {
  for (const { name, fate, reason, when } of RETIRED_SETTINGS) {
    const text = environment[name]?.trim() ?? '';
    if (text === '' || fate === 'elsewhere' || (when !== undefined && !when(text))) continue;
    if (fate === 'ignored') warnings.push({ kind: 'notice', variable: name, message: `ignored: ${reason}` });
    else problems.push({ variable: name, given: '***', allowed: `refused: ${reason}` });
  }
}

/** Asserts that the tree has every row; the rows come from the same table as the type of the tree. */
function isWhole(
  values: Record<string, Record<string, unknown>>,
): values is Record<string, Record<string, unknown>> & SettingsTree {
  let whole = true;
  forEachSetting((_, { group, key }) => {
    whole &&= Object.hasOwn(values[group] ?? {}, key);
  });
  return whole;
}
