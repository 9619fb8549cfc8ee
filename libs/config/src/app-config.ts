import type { ConfigWarning } from './config-warning.js';
import { maskValue } from './masking.js';
import { forEachSetting, type SettingGroup, type SettingsTree } from './settings-table.js';

/** The whole validated configuration. Composition roots hand parts of it to the libraries as plain options. */
export interface AppConfig extends SettingsTree {
  readonly auth: SettingsTree['auth'] & {
    /** The first of `tokens`: the one that clients of this machine use. */
    readonly token: string | undefined;
  };
  /** Log these once at startup. */
  readonly warnings: readonly ConfigWarning[];
  /** Maps a setting's name to the variable that set it. Omits settings on their default. */
  readonly sources: ReadonlyMap<string, string>;
}

/** One line of the printed configuration. */
export interface EffectiveSetting {
  readonly group: SettingGroup;
  readonly name: string;
  /** Formatted as an operator would write it; secrets and credentials are masked; empty when unset. */
  readonly value: string;
  /** The variable that set it, or `default`. */
  readonly source: string;
}

/** Returns the effective configuration, safe to print and to log. */
export function describeEffectiveConfig(config: AppConfig): EffectiveSetting[] {
  const lines: EffectiveSetting[] = [];
  forEachSetting((setting, { group, key }) => {
    const values: Readonly<Record<string, unknown>> = config[group];
    const value = maskValue(setting.format(values[key]), setting.secret);
    lines.push({ group, name: setting.name, value, source: config.sources.get(setting.name) ?? 'default' });
  });
  return lines;
}
