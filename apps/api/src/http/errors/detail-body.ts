import type { FieldProblem } from '@sfm/edge';
import type { HttpError } from './http-error.js';

/** Error body that clients of the compatible routes expect: a sentence, or a list of field errors. */
export interface DetailBody {
  readonly detail: string | readonly FieldDetail[];
}

interface FieldDetail {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** Clients of these routes expect "no object was sent" for a media type other than JSON. */
const NOT_JSON: FieldProblem = {
  part: 'body',
  path: [],
  type: 'model_attributes_type',
  msg: 'Input should be a valid dictionary or object to extract fields from',
  allowed: 'must be sent with Content-Type: application/json',
};

export function detailResponse(error: HttpError): { status: number; body: DetailBody } {
  const { status, problems } = error;
  if (error.code === 'unsupported_media_type') return { status: 422, body: { detail: [fieldDetail(NOT_JSON)] } };
  if (error.code === 'invalid_coordinate' && status === 400)
    return { status, body: { detail: coordinateDetail(error) } };
  if (problems && status === 422) return { status, body: { detail: problems.map(fieldDetail) } };
  if (error.code === 'memory_not_found') return { status, body: { detail: 'Memory not found' } };
  return { status, body: { detail: error.message } };
}

/** `Invalid coord: "a" is not a finite decimal number`. */
function coordinateDetail({ problems, message }: HttpError): string {
  const problem = problems?.[0];
  if (!problem) return message;
  const field = problem.path.join('.');
  return `Invalid ${field === 'coordinate' ? 'coord' : field}: ${problem.allowed}`;
}

function fieldDetail({ part, path, type, msg, input, ctx }: FieldProblem): FieldDetail {
  return { type, loc: [part, ...path], msg, input: input ?? null, ...(ctx ? { ctx } : {}) };
}
