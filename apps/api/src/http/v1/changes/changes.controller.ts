import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedWatch, changesView, toWatchStart, WatchPositions } from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { ChangesDoc, ChangesQuerySchema, type ChangesQuery } from './changes.dto.js';

/** What changes, for those who follow. */
@Controller('v1/changes')
export class ChangesController {
  constructor(
    private readonly watches: AuthorizedWatch,
    private readonly positions: WatchPositions,
  ) {}

  @Get()
  @v1({
    id: 'v1ReadChanges',
    tag: 'history',
    summary: 'Follow what changes in a namespace',
    description:
      'Every committed change of memories and links once, in the order of the ledger, whoever made it. Ask again with the ' +
      '`position` of the answer: nothing is missed or told twice, also after a pause of days. With `wait_seconds` the answer ' +
      'waits for something new.',
    query: ChangesQuerySchema,
    answers: [{ status: 200, description: 'What is new.', schema: ChangesDoc }],
    errors: [404],
  })
  async read(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ChangesQuerySchema, 'query')) { wait_seconds: waitSeconds, ...query }: ChangesQuery,
  ) {
    const { namespace } = principal;
    const start = toWatchStart(namespace, query, this.positions);
    return changesView(namespace, await this.watches.readChanges(principal, start, waitSeconds * 1000), this.positions);
  }
}
