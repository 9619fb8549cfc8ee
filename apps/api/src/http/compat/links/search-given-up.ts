import { GraphLimitError } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { warn } from '../wire/warnings.js';

/**
 * Existing clients take any status but 200 for a broken service, and know of no limit: a search that is given up finds nothing,
 * and the header `Warning` says why.
 */
export async function noneWhereGivenUp<T>(reply: FastifyReply, search: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await search;
  } catch (error) {
    if (!(error instanceof GraphLimitError)) throw error;
    warn(reply, [`path: ${error.message}`]);
    return undefined;
  }
}
