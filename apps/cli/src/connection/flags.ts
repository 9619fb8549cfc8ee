import { Option, type Command } from 'commander';

/** What every command that works on memories can be told about where they are. */
export interface ConnectionFlags {
  readonly url?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly profile?: string;
  readonly namespace?: string;
  readonly dataDir?: string;
  readonly configJson?: string;
  readonly mode?: string;
  readonly json?: boolean;
}

const MODES = ['evented_enterprise'];

/** Adds the flags; they may stand before the name of the command too, as the reference has them. */
export function addConnectionFlags(command: Command): Command {
  const options = [
    new Option('--url <url>', 'the service to ask (SOMA_URL)').conflicts(['dataDir', 'configJson']),
    new Option('--token <token>', 'its token; SOMA_API_TOKEN keeps it out of the list of processes').conflicts(
      'tokenFile',
    ),
    new Option('--token-file <file>', 'file with the token (SOMA_API_TOKEN_FILE)'),
    new Option('--profile <name>', 'entry of the profile file to use (SOMA_PROFILE)'),
    new Option('--namespace <name>', 'namespace to work in; that of the profile or of the service without it'),
    new Option('--data-dir <folder>', 'open this data folder in place of a service; made where there is none'),
    new Option('--config-json <file>', 'open what this configuration of the library says'),
    new Option('--mode <mode>', 'there is one').choices(MODES).hideHelp(),
  ];
  for (const option of options) command.addOption(option.helpGroup('Where the memories are:'));
  return command;
}

/** The flags of a command and of those it stands under; what is said later counts. */
export function flagsOf<Flags extends object>(command: Command): Flags {
  const chain: Command[] = [];
  for (let each: Command | null = command; each; each = each.parent) chain.unshift(each);
  const given = chain.map((each) => Object.entries(each.opts()).filter(([, value]) => value !== undefined));
  return Object.fromEntries(given.flat()) as Flags;
}

/** Flags before the name of a command that does not know them would be lost without a word. */
export function refuseStrayFlags(program: Command, command: Command): void {
  for (const option of program.options) {
    const isGiven = program.getOptionValueSource(option.attributeName()) === 'cli';
    const isKnown = command.options.some(({ long }) => long === option.long);
    if (isGiven && !isKnown && option.long !== '--mode') {
      command.error(`error: soma ${command.name()} does not take ${option.long ?? option.flags}`);
    }
  }
}
