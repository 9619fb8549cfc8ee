import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';

const CHAINED = 'each entry names the one before by its hash, so that none can be changed, added or taken away unseen';

/** `soma audit`: what can be done with an exported audit log. */
export function auditCommand(): Command {
  return new Command('audit')
    .description(`check an audit log that \`GET /v1/audit\` gave; ${CHAINED}`)
    .addCommand(verifyCommand());
}

interface VerifyOptions {
  readonly since?: string;
  readonly json?: boolean;
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check a file without a service; ends with 1 when it is not as it was written')
    .argument('<file>', 'the lines of GET /v1/audit')
    .option('--since <file>', 'an earlier export, whose last entry must be in this file or right before it')
    .option('--json', 'print JSON')
    .action(async (file: string, { since, json = false }: VerifyOptions) => {
      const { verifyAudit } = await import('@sfm/memory');
      const earlier = since === undefined ? undefined : await verifyAudit(linesOf(since));
      if (earlier && !earlier.isIntact) throw new Error(`${since ?? ''} is not as it was written; check it by itself`);
      const verdict = await verifyAudit(linesOf(file), earlier?.head);
      const { isIntact, entries, firstSeq, head, problems } = verdict;
      if (json) {
        console.log(JSON.stringify({ intact: isIntact, entries, first_seq: firstSeq, head, problems }, null, 2));
      } else {
        for (const { line, problem } of problems) console.error(`line ${line}: ${problem}`);
        const what = `${entries} entries from ${firstSeq} to ${head.seq}, the last with hash ${head.hash}`;
        console.log(isIntact ? `intact: ${what}` : `not intact: ${what}`);
      }
      if (!isIntact) process.exitCode = 1;
    });
}

async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}
