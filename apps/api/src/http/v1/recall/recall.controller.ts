import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CurrentNamespace } from '@sfm/auth';
import { RecallService, type KeywordBoost, type RecallRequest } from '@sfm/memory';
import { RequestLimits } from '../../requests/request-limits.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { memoryView } from '../memories/memory.mapper.js';
import { RecallBodySchema, RecalledSchema, type RecallBody } from './recall.dto.js';
import { toMemoryFilter } from '../wire/fields.js';

/** Recall. */
@Controller('v1/recall')
export class RecallController {
  constructor(
    private readonly recaller: RecallService,
    private readonly limits: RequestLimits,
  ) {}

  @Post()
  @HttpCode(200)
  @v1({
    id: 'v1Recall',
    tag: 'recall',
    summary: 'Recall memories',
    description: 'The best memories for the query among those the filter allows; fewer only if fewer match the filter.',
    body: RecallBodySchema,
    answers: [{ status: 200, description: 'Hits, best first.', schema: RecalledSchema }],
    errors: [400, 413, 415],
  })
  async recall(@CurrentNamespace() namespace: string, @Body(new SchemaPipe(RecallBodySchema)) body: RecallBody) {
    const { hits, degraded } = await this.recaller.recall(namespace, this.toRequest(body));
    return {
      hits: hits.map(({ memory, score, explanation }) => ({
        ...memoryView(memory),
        score,
        ...(explanation ? { explanation } : {}),
      })),
      degraded,
    };
  }

  private toRequest(body: RecallBody): RecallRequest {
    const { recency, importance, mode, explain } = body;
    const filter = toMemoryFilter(body, this.limits);
    const keywords = this.toKeywords(body);
    return {
      query: this.limits.text(body.query),
      topK: this.limits.topK(body.top_k),
      mode,
      explain,
      ...(filter ? { filter } : {}),
      ...(recency ? { recency: { weight: recency.weight, halfLifeDays: recency.half_life_days } } : {}),
      ...(importance ? { importance } : {}),
      ...(keywords ? { keywords } : {}),
      ...(body.context ? { context: this.limits.json(body.context, 'context') } : {}),
    };
  }

  private toKeywords({ keywords }: RecallBody): KeywordBoost | undefined {
    if (!keywords) return undefined;
    const { boost, exact, case_sensitive: caseSensitive } = keywords;
    const terms = keywords.terms.map((term, index) => this.limits.text(term, `keywords.terms.${index}`));
    return { terms, boost, exact, caseSensitive };
  }
}
