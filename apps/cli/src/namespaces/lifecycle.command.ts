import type { JsonObject, JsonValue } from '@sfm/memory';
import { Command, InvalidArgumentError } from 'commander';
import type { Session } from '../session/session.js';
import { memoryCommand, onMemories } from '../session/memory-command.js';
import { positiveInteger } from '../terminal/positive-integer.js';

interface RuleFlags {
  readonly maxAgeSeconds?: number;
  readonly maxMemories?: number;
  readonly keepImportanceFrom?: number;
}

const KINDS = ['expired', 'too_old', 'over_cap', 'decayed'];

/** `soma lifecycle …`: which memories of a namespace are kept. */
export function lifecycleCommand(): Command {
  return new Command('lifecycle')
    .description('show and say which memories of a namespace are kept, and apply that')
    .addCommand(showCommand())
    .addCommand(setCommand())
    .addCommand(runCommand());
}

function showCommand(): Command {
  return memoryCommand('show', 'show the rules of a namespace', ['soma lifecycle show team_a'])
    .argument('<name>', 'the namespace')
    .action(
      onMemories(async (session, _flags, [name = '']) => {
        await printRules(session, await session.client.call('retention', { place: name }));
      }),
    );
}

function setCommand(): Command {
  return memoryCommand('set', 'replace all rules of a namespace; a dry run tells what the next run deletes', [
    'soma lifecycle set team_a --max-age-seconds 2592000 --keep-importance-from 5',
    'soma lifecycle set team_a',
  ])
    .argument('<name>', 'the namespace')
    .option('--max-age-seconds <n>', 'delete what is older', positiveInteger)
    .option('--max-memories <n>', 'keep so many at most', positiveInteger)
    .option('--keep-importance-from <number>', 'keep what is as important, whatever its age', number)
    .action(
      onMemories<RuleFlags>(async (session, { maxAgeSeconds, maxMemories, keepImportanceFrom }, [name = '']) => {
        const body = {
          max_age_seconds: maxAgeSeconds ?? null,
          max_memories: maxMemories ?? null,
          keep_importance_from: keepImportanceFrom ?? null,
        };
        await printRules(session, await session.client.call('replaceRetention', { place: name, body }));
      }),
    );
}

function runCommand(): Command {
  return memoryCommand('run', 'apply the rules now; the service does so by itself again and again', [
    'soma lifecycle run --namespace team_a --dry-run',
  ])
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(
      onMemories<{ readonly dryRun?: boolean }>(async ({ client, output, isJson }, { dryRun = false }) => {
        const report = await client.call('runLifecycle', { body: { dry_run: dryRun } });
        if (isJson) return output.line(report);
        const { objectIn } = await import('../answers/fields.js');
        const count = (kind: string): JsonValue | undefined => objectIn(report[kind])['count'];
        return output.table(
          ['WHAT', dryRun ? 'WOULD BE' : 'DONE'],
          KINDS.map((kind) => [kind.replace('_', ' '), count(kind)]),
        );
      }),
    );
}

async function printRules({ output, isJson }: Session, rules: JsonObject): Promise<void> {
  if (isJson) return output.line(rules);
  const { objectIn } = await import('../answers/fields.js');
  const force = objectIn(rules['in_force']);
  return output.table(
    ['RULE', 'SET', 'IN FORCE'],
    Object.entries(force).map(([name, value]) => [name, rules[name], value]),
  );
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('must be a number');
  return value;
}
