import { connectionProblem } from '@sfm/storage';
import type { LoggerService } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { TruthWording } from './truth-wording.js';

/** How long startup waits for an unreachable PostgreSQL. */
const REACHABLE_WAIT_MS = 30_000;
const REACHABLE_RETRY_MS = 1000;

/** The logger and the wording of the retries; the signal aborts them. */
export interface Patience {
  readonly logger: LoggerService;
  readonly wording: TruthWording;
  readonly signal?: AbortSignal;
}

/**
 * Retries until the server answers; fails at once when the server refuses (wrong password, missing database).
 *
 * @throws Error for operators, with the driver's error as its cause
 */
export async function whenReachable<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  const { logger, wording, signal } = patience;
  const deadline = performance.now() + REACHABLE_WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnreachable(error)) throw explainRefusal(error, wording);
      if (performance.now() > deadline) throw new Error(wording.unreachable(messageOf(error)), { cause: error });
      logger.warn(wording.waiting(messageOf(error)));
      await delay(REACHABLE_RETRY_MS, undefined, { signal });
    }
  }
}

/** Turns an error of refused access into one that gives the reason; returns any other error unchanged. */
export function explainRefusal(error: unknown, wording: TruthWording): unknown {
  const problem = connectionProblem(error);
  if (problem === undefined || !(error instanceof Error)) return error;
  return new Error(wording.refused(error.message, problem), { cause: error });
}

/** True for socket errors, and for a server that is starting, stopping (SQLSTATE 57P) or out of connections (53300). */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(E[A-Z]+|EAI_.*|57P..|53300)$/.test(code) || /timeout|terminated/i.test(messageOf(error));
}

/** Node reports a host with several addresses as an AggregateError without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
