import { Command, InvalidArgumentError, Option } from 'commander';
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
  return new Command('export')
    .description('write the memories and links of a namespace down, one JSON object per line')
    .option('--namespace <name>', 'this namespace; the configured one without it')
    .addOption(new Option('--include <extras...>', 'more than memories and links').choices(EXTRAS))
    .option('--output <file>', 'a file that does not exist yet; standard output without it')
    .option('--json', 'print what was exported as JSON, with --output')
    .action(async (flags: ExportFlags) => (await transfers()).exportFile(flags, surroundings()));
}

/** `soma import`: takes a file over. */
export function importCommand(): Command {
  return new Command('import')
    .description('import a file that soma or another service exported')
    .argument('[file]', 'the file; standard input without it')
    .option('--namespace <name>', 'into this namespace; the configured one without it')
    .addOption(new Option('--format <format>', 'what the file is; told from its beginning without it').choices(FORMATS))
    .addOption(
      new Option('--on-conflict <policy>', 'what becomes of a record where something else is')
        .choices(POLICIES)
        .default('skip'),
    )
    .option('--from-line <line>', 'begin at this line, where an import before ended', lineNumber, 1)
    .option('--ignore-checksums', 'import a file that was changed by hand')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, flags: ImportFlags) =>
      (await transfers()).importFile(file, flags, surroundings()),
    );
}

function lineNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number from 1');
}
