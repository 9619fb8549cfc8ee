import { beforeEach, describe, expect, it } from '@jest/globals';
import { toNamespace, type VerifyReport } from '@sfm/memory';
import type { Maintenance } from './maintenance.js';
import { ProgressLine } from './progress-line.js';
import { verifyCommand } from './verify.command.js';

const AGREES: VerifyReport = { agrees: true, namespaces: [], differences: {}, repaired: null };

let reported = AGREES;
beforeEach(() => {
  reported = AGREES;
});

const maintenance: Maintenance = {
  verify: (_, { onProgress }) => {
    onProgress?.({ namespace: toNamespace('api_ns'), phase: 'memories', done: 1, total: 2 });
    return Promise.resolve(reported);
  },
  reindex: () => Promise.resolve(),
};

/** Runs `soma verify …` on a terminal; resolves with what it printed, and what it wrote as progress. */
async function verify(...args: string[]) {
  const printed: string[] = [];
  const progress: string[] = [];
  let exitCode: number | undefined;
  const command = verifyCommand({
    withMaintenance: (work) => work(maintenance),
    terminal: {
      print: (text) => printed.push(text),
      note: (text) => printed.push(text),
      isInteractive: true,
      confirm: () => Promise.resolve(true),
    },
    progress: new ProgressLine({ isTTY: true, columns: 80, write: (text) => progress.push(text) }),
    exit: (code) => (exitCode = code),
  });
  await command.parseAsync(args, { from: 'user' });
  return { printed, progress: progress.join(''), exitCode };
}

describe('soma verify', () => {
  it('shows how far it is, and its verdict in the last line', async () => {
    const { printed, progress, exitCode } = await verify();
    expect(progress).toContain('api_ns: memories 1 of 2');
    expect(printed.at(-1)).toBe('everything agrees');
    expect(exitCode).toBe(0);
  });

  it('says what is unfinished, though nothing differs', async () => {
    const totals = {
      memories: 2,
      tombstones: 0,
      events: 2,
      unhashed: 0,
      points: 1,
      links: 0,
      moving: 0,
      deadLetters: 0,
    };
    reported = { ...AGREES, namespaces: [{ namespace: toNamespace('api_ns'), ...totals, pending: 1 }] };
    const { printed, exitCode } = await verify();
    expect(printed.at(-1)).toBe('everything agrees; unfinished: 1 change is not indexed yet');
    expect(exitCode).toBe(0);
  });

  it('prints one JSON document and no progress for programs', async () => {
    const { printed, progress } = await verify('--json');
    expect(progress).toBe('');
    expect(JSON.parse(printed.join('\n'))).toMatchObject({ agrees: true, found: [], notes: [] });
  });
});
