import { Command, InvalidArgumentError, Option } from 'commander';
import { addConnectionFlags, flagsOf } from '../connection/flags.js';
import { ProgressLine } from '../maintenance/progress-line.js';
import { processTerminal } from '../terminal/terminal.js';
import type { ExportFlags, ImportFlags, PortabilitySurroundings } from './transfer-files.js';

const EXTRAS = ['history', 'vectors'];
const FORMATS = ['soma', 'earlier-jsonl', 'earlier-graphml', 'mem0', 'agent-memory-server'];
const POLICIES = ['skip', 'replace', 'fail'];

/** The server drivers load slowly, so help and usage errors do not load them. */
const transfers = () => import('./transfer-files.js');

const surroundings = (): PortabilitySurroundings => ({
  terminal: processTerminal,
  progress: new ProgressLine(process.stderr),
});

/** `soma export`: writes a namespace down. */
export function exportCommand(): Command {
  return addConnectionFlags(new Command('export'))
    .description('write the memories and links of a namespace down, one JSON object per line')
    .addOption(new Option('--include <extras...>', 'more than memories and links').choices(EXTRAS))
    .option('--output <file>', 'a file that does not exist yet; standard output without it')
    .option('--resume', 'go on with the export to --output that was broken off')
    .option('--json', 'print what was exported as JSON, with --output')
    .addHelpText(
      'after',
      '\nExamples:\n  $ soma export --include history --output memories.ndjson\n  $ soma export --resume --output memories.ndjson',
    )
    .action(async (_flags: ExportFlags, command: Command) =>
      (await transfers()).exportFile(flagsOf<ExportFlags>(command), surroundings()),
    );
}

/** `soma import`: takes a file over. */
export function importCommand(): Command {
  return addConnectionFlags(new Command('import'))
    .description('import a file that soma or another service exported')
    .argument('[file]', 'the file; standard input without it')
    .addOption(new Option('--format <format>', 'what the file is; told from its beginning without it').choices(FORMATS))
    .addOption(
      new Option('--on-conflict <policy>', 'what becomes of a record where something else is')
        .choices(POLICIES)
        .default('skip'),
    )
    .option('--from-line <line>', 'begin at this line, where an import before ended', lineNumber, 1)
    .option('--ignore-checksums', 'import a file that was changed by hand')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ soma import memories.ndjson\n  $ soma import --namespace copy memories.ndjson',
    )
    .action(async (file: string | undefined, _flags: ImportFlags, command: Command) =>
      (await transfers()).importFile(file, flagsOf<ImportFlags>(command), surroundings()),
    );
}

function lineNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number from 1');
}
