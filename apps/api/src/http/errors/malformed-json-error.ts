/** The body is not JSON. `position` counts UTF-16 code units from 0, if the parser reported it. */
export class MalformedJsonError extends Error {
  constructor(
    readonly reason: string,
    readonly position: number,
  ) {
    super(`the body is not valid JSON: ${reason}`);
    this.name = 'MalformedJsonError';
  }
}
