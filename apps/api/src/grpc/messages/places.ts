import { Injectable } from '@nestjs/common';
import { PageCursor, RequestLimits } from '@sfm/edge';
import type { Coordinate } from '@sfm/memory';
import { numbersOf } from './request-body.js';

/** Reads messages `Coordinate`, and pages of what is at them. */
@Injectable()
export class Places {
  constructor(
    readonly limits: RequestLimits,
    readonly cursors: PageCursor,
  ) {}

  /** @throws InvalidCoordinateError naming the field, also where there is none */
  of(message: unknown, field = 'coordinate'): Coordinate {
    return this.limits.coordinateOf((numbersOf(message) ?? []).map(Number), field);
  }
}
