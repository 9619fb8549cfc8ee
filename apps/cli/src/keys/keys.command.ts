import { Command, InvalidArgumentError, Option } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface KeyFlags {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly namespaces: readonly string[];
  readonly expiresAt?: string;
  readonly rateLimit?: number;
}

const HEADINGS = ['ID', 'NAME', 'STATE', 'SCOPES', 'NAMESPACES', 'EXPIRES AT', 'LAST USED AT'];

/** `soma keys …`: the API keys of a service. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('create, list, rotate and revoke the API keys of a service')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return memoryCommand('create', 'create a key; its secret is printed once and can never be read again', [
    'soma keys create --name ci --scopes read --namespaces team_a',
    'soma keys create --name agent --scopes read write --namespaces "team-a:*" --expires-at 2027-01-31T12:00:00Z',
  ])
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--scopes <scopes...>', 'what it may do')
        .choices(['read', 'write', 'admin'])
        .default(['read', 'write']),
    )
    .requiredOption('--namespaces <names...>', 'where: names, names with all below them (team-a:*), or * for all')
    .option('--expires-at <time>', 'until when, ISO 8601 with zone', time)
    .option('--rate-limit <n>', 'requests to a route within the window of the service', wholeNumber)
    .action(
      onMemories<KeyFlags>(async ({ client, output, isJson }, { name, scopes, namespaces, expiresAt, rateLimit }) => {
        const key = await client.call('createKey', {
          body: {
            name,
            scopes: [...scopes],
            namespaces: [...namespaces],
            ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
            ...(rateLimit === undefined ? {} : { rate_limit: rateLimit }),
          },
        });
        if (isJson) return output.line(key);
        output.note(`created ${String(key['id'])}; its secret is shown this once`);
        return output.text(String(key['secret']));
      }),
    );
}

function listCommand(): Command {
  return memoryCommand('list', 'list the keys, without their secrets', ['soma keys list']).action(
    onMemories(async ({ client, output, isJson }) => {
      const { paged } = await import('../answers/pages.js');
      const found = paged(client, { operation: 'keys', query: {}, list: 'keys', cursor: ['after', 'next_after'] });
      if (isJson) {
        for await (const key of found) await output.line(key);
        return;
      }
      const listed = (value: unknown) => (Array.isArray(value) ? value.join(', ') : value);
      const rows: unknown[][] = [];
      for await (const { id, name, state, scopes, namespaces, expires_at: until, last_used_at: used } of found) {
        rows.push([id, name, state, listed(scopes), listed(namespaces), until, used]);
      }
      await output.table(HEADINGS, rows);
    }),
  );
}

function rotateCommand(): Command {
  return memoryCommand('rotate', 'give a key a new secret, which is printed once', ['soma keys rotate ID'])
    .argument('<id>', 'as listed')
    .action(
      onMemories(async ({ client, output, isJson }, _flags, [id = '']) => {
        const key = await client.call('rotateKey', { place: id });
        if (isJson) return output.line(key);
        output.note(`rotated ${id}; its secret is shown this once`);
        return output.text(String(key['secret']));
      }),
    );
}

function revokeCommand(): Command {
  return memoryCommand('revoke', 'end a key for good', ['soma keys revoke ID'])
    .argument('<id>', 'as listed')
    .action(
      onMemories(async ({ client, output, isJson }, _flags, [id = '']) => {
        const answer = await client.call('revokeKey', { place: id });
        await (isJson ? output.line(answer) : output.text(`revoked ${id}`));
      }),
    );
}

function time(text: string): string {
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('must be a date and time with zone, like 2027-01-31T12:00:00Z');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number from 1');
}
