import { RETIRED_SETTINGS, type RetiredSetting } from './retired-settings.js';
import type { Setting } from './kinds/setting.js';
import { forEachSetting, GROUP_TITLES, settingGroups, type SettingGroup } from './settings-table.js';

const HEAD = `# Configuration

<!-- Generated from libs/config by scripts/generate-config-docs.mjs. Do not edit. -->

Everything is set by environment variables; without any, the service runs on its own with safe defaults.
Blank variables count as not given. All problems are reported at once when the service starts, and it does not start
with a wrong value. Secrets are masked wherever the configuration is printed.

A list is separated by commas; where empty means something else than the default, write \`none\`.
Old names still work and are reported at start. A \`SOMA_\` variable nobody knows is reported with the name that was
probably meant.
`;

const FATES: Readonly<Record<RetiredSetting['fate'], string>> = {
  ignored: 'ignored, with a notice',
  refused: 'refused',
  elsewhere: 'not ours',
};

/** Renders the reference page of all settings as Markdown. The same table gives the same text. */
export function renderConfigurationDocs(): string {
  const groups = settingGroups().map((group) => renderGroup(group));
  return `${[HEAD, ...groups, renderRetired()].join('\n').trimEnd()}\n`;
}

function renderGroup(wanted: SettingGroup): string {
  const rows: string[] = [];
  forEachSetting((setting, { group }) => {
    if (group === wanted) rows.push(renderSetting(setting));
  });
  return [`## ${GROUP_TITLES[wanted]}`, '', '| Variable | Default | Meaning |', '|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function renderSetting(setting: Setting<unknown>): string {
  const fallback = setting.format(setting.fallback);
  const shown = fallback === '' ? 'unset' : `\`${fallback}\``;
  const unit = setting.unit === undefined || fallback === '' ? '' : ` ${setting.unit}`;
  const meaning = [
    setting.description,
    `Allowed: ${setting.allowed}.`,
    ...setting.aliases.map(({ name, note }) => `Old name: \`${name}\` (${note}).`),
    ...setting.caveats.map(({ kind, reason, when }) => `${caveatLabel(kind, when !== undefined)}: ${reason}.`),
    ...(setting.secret === 'whole' ? ['Secret.'] : []),
  ];
  return `| \`${setting.name}\` | ${cell(shown + unit)} | ${cell(meaning.join(' '))} |`;
}

function caveatLabel(kind: 'notice' | 'refused', isConditional: boolean): string {
  if (kind === 'refused') return isConditional ? 'Refused for some values' : 'Refused';
  return isConditional ? 'Notice for some values' : 'Notice when set';
}

function renderRetired(): string {
  const rows = RETIRED_SETTINGS.map(({ name, fate, reason }) => `| \`${name}\` | ${FATES[fate]} | ${cell(reason)} |`);
  return [
    '## Variables that are no settings',
    '',
    'Documented elsewhere for this kind of service; here they have this effect when they are set.',
    '',
    '| Variable | What happens | Why |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function cell(content: string): string {
  return content.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
