import {
  checkJson,
  checkText,
  InvalidCoordinateError,
  InvalidRequestError,
  parseCoordinate,
  toCoordinate,
  type Coordinate,
  type JsonNumber,
  type JsonObject,
} from '@sfm/memory';
import type { RequestBounds } from './request-bounds.js';

/** Most characters of one number in text form: refuses a megabyte-long coordinate before parsing it. */
const MAX_NUMBER_LENGTH = 64;

/** Checks values against the configured limits. Every method throws InvalidRequestError naming the field. */
export class RequestLimits {
  constructor(readonly bounds: RequestBounds) {}

  /** Reads the text form `x,y,z`. */
  coordinate(text: string, field = 'coord'): Coordinate {
    const { maxDimensions } = this.bounds;
    if (text.length > maxDimensions * MAX_NUMBER_LENGTH) {
      throw new InvalidCoordinateError(
        field,
        `must hold at most ${maxDimensions} numbers, each of at most ${MAX_NUMBER_LENGTH} characters`,
      );
    }
    return parseCoordinate(text, maxDimensions, field);
  }

  /** Reads a coordinate given as text or as a list of numbers. */
  coordinateOf(value: string | readonly (number | JsonNumber)[], field = 'coordinate'): Coordinate {
    return typeof value === 'string'
      ? this.coordinate(value, field)
      : toCoordinate(value, this.bounds.maxDimensions, field);
  }

  /** As `coordinateOf`, for a list. */
  coordinatesOf(values: readonly (string | readonly (number | JsonNumber)[])[], field: string): Coordinate[] {
    return values.map((value, index) => this.coordinateOf(value, `${field}.${index}`));
  }

  topK(value: number, field = 'top_k'): number {
    const { maxTopK } = this.bounds;
    if (value > maxTopK) throw new InvalidRequestError(field, `must be at most ${maxTopK}`);
    return value;
  }

  /** Number of hits needed for a page that starts at `offset`. */
  window(topK: number, offset: number): number {
    const { maxTopK } = this.bounds;
    if (topK <= maxTopK && topK + offset > maxTopK) {
      throw new InvalidRequestError('offset', `must leave top_k + offset at most ${maxTopK}`);
    }
    return this.topK(topK) + offset;
  }

  /** Checks a query or term: not blank, not too long, and storable in a database. */
  text(value: string, field = 'query'): string {
    const { maxQueryLength } = this.bounds;
    if (value.trim() === '') throw new InvalidRequestError(field, 'must not be empty');
    if (value.length > maxQueryLength) {
      throw new InvalidRequestError(field, `must be at most ${maxQueryLength} characters, got ${value.length}`);
    }
    checkText(value, field);
    return value;
  }

  /** Checks an open JSON object other than a payload (filters, context) against the limits of payloads. */
  json(value: JsonObject, field: string): JsonObject {
    checkJson(value, { path: field, limits: this.bounds });
    return value;
  }

  /** Checks how many of something one request carries. */
  count(value: number, most: number, field: string): void {
    if (value > most) throw new InvalidRequestError(field, `must hold at most ${most} items, got ${value}`);
  }
}
