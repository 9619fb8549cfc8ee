import { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

const HEADINGS = ['NAMESPACE', 'MEMORIES', 'EPISODIC', 'SEMANTIC', 'LINKS', 'BYTES', 'NEWEST', 'PENDING'];

/** `soma namespaces …`: lists namespaces, and deletes what is in one. */
export function namespacesCommand(): Command {
  return new Command('namespaces')
    .description('list the namespaces that the token may use, and delete what is in one')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(deleteCommand());
}

function listCommand(): Command {
  return memoryCommand('list', 'list them, with how much is in them', [
    'soma namespaces',
    'soma namespaces --json',
  ]).action(
    onMemories(async ({ client, output, isJson }) => {
      const { paged } = await import('../answers/pages.js');
      const { objectIn } = await import('../answers/fields.js');
      const found = paged(client, { operation: 'namespaces', query: {}, list: 'namespaces' });
      const rows: unknown[][] = [];
      for await (const each of found) {
        const { namespace, memories, links, bytes, newest_at: newest, index_lag: lag } = each;
        const { total, episodic, semantic } = objectIn(memories);
        if (isJson) await output.line(each);
        rows.push([namespace, total, episodic, semantic, links, bytes, newest, objectIn(lag)['pending']]);
      }
      if (!isJson) await output.table(HEADINGS, rows);
    }),
  );
}

function deleteCommand(): Command {
  return memoryCommand('delete', 'delete all memories and links of a namespace', [
    'soma namespaces delete team_a --dry-run',
    'soma namespaces delete team_a --yes',
  ])
    .argument('<name>', 'the namespace')
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .option('--yes', 'do not ask')
    .action(
      onMemories<{ readonly dryRun?: boolean; readonly yes?: boolean }>(
        async ({ client, output, isJson, signal }, { dryRun = false, yes = false }, [name = '']) => {
          const { numberIn } = await import('../answers/fields.js');
          const preview = await client.call('removeNamespace', { place: name, query: { dry_run: 'true' } });
          const told = `${numberIn(preview['memories'])} memories and ${numberIn(preview['links'])} links`;
          if (dryRun) return isJson ? output.line(preview) : output.text(`would delete ${told}`);
          const { assured } = await import('../session/assured.js');
          if (!yes && !(await assured(`Delete ${told} of ${name}?`))) return output.note('nothing was deleted');
          const { untilDone } = await import('./until-done.js');
          const call = { place: name, query: { confirm: name } };
          const done = await untilDone(() => client.call('removeNamespace', call), signal);
          const memories = done.reduce((sum, answer) => sum + numberIn(answer['memories']), 0);
          const links = done.reduce((sum, answer) => sum + numberIn(answer['links']), 0);
          if (isJson) return output.line({ namespace: name, memories, links });
          return output.text(`deleted ${memories} memories, and ${links} links that no memory took along`);
        },
      ),
    );
}
