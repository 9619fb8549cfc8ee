import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedSelection, fullMemoryView, RequestLimits, toValidityChoice } from '@sfm/edge';
import { summaryOf, type Memory, type Principal, type Reading, type SelectionQuery } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { SelectionDoc, SelectionQuerySchema, SummariesDoc, type SelectionFields } from './selection.dto.js';

const TAG = 'memories';
const ANSWERS = [{ status: 200, description: 'The memories.', schema: SelectionDoc }];
const QUERY = new SchemaPipe(SelectionQuerySchema, 'query');

/** The recent, the important, and a random sample of the memories. */
@Controller('v1')
export class SelectionController {
  constructor(
    private readonly selection: AuthorizedSelection,
    private readonly limits: RequestLimits,
  ) {}

  // The router reads `::` as a literal colon.
  @Get('memories::recent')
  @v1({
    id: 'v1RecentMemories',
    tag: TAG,
    summary: 'Read the recent memories',
    description: 'Those that were created last, newest first.',
    query: SelectionQuerySchema,
    answers: ANSWERS,
  })
  async recent(@CurrentPrincipal() principal: Principal, @Query(QUERY) fields: SelectionFields) {
    return selected(await this.selection.recent(principal, this.queryOf(fields)));
  }

  @Get('memories::important')
  @v1({
    id: 'v1ImportantMemories',
    tag: TAG,
    summary: 'Read the important memories',
    description:
      'Those with the highest `importance`, the highest first; one without counts as 0, and of two as important the older ' +
      'comes first.',
    query: SelectionQuerySchema,
    answers: ANSWERS,
  })
  async important(@CurrentPrincipal() principal: Principal, @Query(QUERY) fields: SelectionFields) {
    return selected(await this.selection.important(principal, this.queryOf(fields)));
  }

  @Get('memories::sample')
  @v1({
    id: 'v1SampleMemories',
    tag: TAG,
    summary: 'Read a random sample of the memories',
    description: 'For replay: each memory is as likely as any other, and comes once.',
    query: SelectionQuerySchema,
    answers: ANSWERS,
  })
  async sample(@CurrentPrincipal() principal: Principal, @Query(QUERY) fields: SelectionFields) {
    return selected(await this.selection.sample(principal, this.queryOf(fields)));
  }

  @Get('memories::summaries')
  @v1({
    id: 'v1SummarizeMemories',
    tag: TAG,
    summary: 'Read the recent memories, in one line each',
    description: 'The text of `task` in the payload, else that of `fact`.',
    query: SelectionQuerySchema,
    answers: [{ status: 200, description: 'The summaries.', schema: SummariesDoc }],
  })
  async summaries(@CurrentPrincipal() principal: Principal, @Query(QUERY) fields: SelectionFields) {
    const memories = await this.selection.recent(principal, this.queryOf(fields));
    return { summaries: memories.map((memory) => ({ coordinate: memory.coordinate, summary: summaryOf(memory) })) };
  }

  private queryOf({ limit, type, ...validity }: SelectionFields): Reading<SelectionQuery> {
    return {
      limit: this.limits.topK(limit, 'limit'),
      ...(type === undefined ? {} : { type }),
      ...toValidityChoice(validity),
    };
  }
}

function selected(memories: readonly Memory[]) {
  return { memories: memories.map(fullMemoryView) };
}
