import { Controller, Get, Headers, ServiceUnavailableException } from '@nestjs/common';
import { CurrentPrincipal, Public, PublicIf } from '@sfm/auth';
import { AuthorizedLinks, AuthorizedReads, describeError } from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { compatible } from '../wire/errors.dto.js';
import { GreetingSchema, PongSchema, StatsSchema } from './service.dto.js';

const TAG = 'service';

/** Area of `@PublicIf`: the operator chooses whether `/stats` needs a token. */
export const STATS_AREA = 'stats';

/** Routes that describe the service. */
@Controller()
export class ServiceController {
  constructor(
    private readonly memories: AuthorizedReads,
    private readonly links: AuthorizedLinks,
  ) {}

  @Get()
  @Public()
  @compatible({
    id: 'root',
    tag: TAG,
    summary: 'Greeting',
    answers: [{ status: 200, description: 'The service runs.', schema: GreetingSchema }],
    open: true,
  })
  root() {
    return { message: 'SomaFractalMemory API is running', metrics: '/metrics' };
  }

  @Get('ping')
  @Public()
  @compatible({
    id: 'ping',
    tag: TAG,
    summary: 'Ping',
    answers: [{ status: 200, description: 'The process answers.', schema: PongSchema }],
    open: true,
  })
  ping() {
    return { ping: 'pong' };
  }

  @Get('stats')
  @PublicIf(STATS_AREA)
  @compatible({
    id: 'stats',
    tag: TAG,
    summary: 'How many memories and links there are',
    description:
      'Counts the namespace of the request; without `X-Soma-Namespace`, a credential for all namespaces counts them all.',
    answers: [{ status: 200, description: 'Counts.', schema: StatsSchema }],
    errors: [503],
  })
  async stats(@CurrentPrincipal() principal: Principal, @Headers('x-soma-namespace') requested: string | undefined) {
    const where = principal.namespaces === '*' && !requested ? 'everywhere' : 'here';
    const [counts, links] = await Promise.all([
      this.memories.counts(principal, where),
      this.links.countLinks(principal, where),
    ]).catch((cause: unknown) => {
      // Errors that the caller can fix pass through unchanged.
      if (describeError(cause).loudness === 'silent') throw cause;
      throw new ServiceUnavailableException('Backend stats unavailable', { cause });
    });
    return { total_memories: counts.total, episodic: counts.episodic, semantic: counts.semantic, links };
  }
}
