import type { HttpError } from './http-error.js';

/** The server refuses a request for how it was sent, before any route looks at it. */
export class HttpRefusal extends Error {
  constructor(readonly answer: HttpError) {
    super(answer.message);
    this.name = 'HttpRefusal';
  }
}
