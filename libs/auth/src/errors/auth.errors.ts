import { ForbiddenException, HttpException, UnauthorizedException } from '@nestjs/common';

/** No `Authorization: Bearer <token>` came with the request. */
export class MissingBearerTokenException extends UnauthorizedException {
  readonly code = 'missing_token';

  constructor() {
    super({ detail: 'Missing bearer token' });
    this.message = 'Missing bearer token';
  }
}

/** The token names nobody. */
export class InvalidTokenException extends ForbiddenException {
  readonly code = 'invalid_token';

  constructor() {
    super({ detail: 'Invalid token' });
    this.message = 'Invalid token';
  }
}

/** The credential called this route too often. The response already carries `Retry-After` and the RateLimit headers. */
export class RateLimitExceededException extends HttpException {
  readonly code = 'rate_limit_exceeded';

  constructor(readonly retryAfterSeconds: number) {
    super({ detail: 'Rate limit exceeded' }, 429);
    this.message = 'Rate limit exceeded';
  }
}
