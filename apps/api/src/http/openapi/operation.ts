import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { COORDINATE_LIST, COORDINATE_PATTERN } from '@sfm/edge';
import { NAMESPACE_PATTERN, NAMESPACE_RULE } from '@sfm/memory';
import type { z } from 'zod';
import { inlineSchema, schemaRef } from './schema-registry.js';

export const BEARER = 'bearer';

/** Documentation of a route; the schemas are the ones the route validates with. */
export interface OperationDoc {
  /** `operationId`: unique, camelCase. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  /** A body that is a file: its content types, and what one may look like. */
  readonly file?: { readonly types: readonly string[]; readonly example: string };
  readonly query?: z.ZodObject;
  readonly params?: readonly ParameterDoc[];
  readonly headers?: readonly HeaderDoc[];
  readonly answers: readonly AnswerDoc[];
  /** Error statuses in addition to the common ones of its kind of route. */
  readonly errors?: readonly number[];
  /** The route needs no token. */
  readonly open?: boolean;
}

/** A part of the path; a coordinate, numbers separated by commas, unless it is described otherwise. */
export interface ParameterDoc {
  readonly name: string;
  /** @default that of a coordinate */
  readonly description?: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Described as the text it is, for routes whose answers hold coordinates as text. */
export const coordinateText = (name: string): ParameterDoc => ({
  name,
  schema: { type: 'string', pattern: COORDINATE_PATTERN },
});

/** Described as the list that the commas separate. */
export const coordinateList = (name: string): ParameterDoc => ({ name, schema: COORDINATE_LIST });

/** A request header that is not required. */
export interface HeaderDoc {
  readonly name: string;
  readonly description: string;
  readonly pattern: string;
}

export interface AnswerDoc {
  readonly status: number;
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Content type of a non-JSON response. */
  readonly text?: string;
}

/** Error documentation of one API shape. */
export interface ErrorDoc {
  readonly contentType: string;
  readonly schema: z.ZodType;
}

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read, or a coordinate is not one.',
  401: 'No bearer token was sent.',
  403: 'The token is wrong, may not use the namespace, or may not do this.',
  404: 'Nothing lives there.',
  408: 'Nothing more of the body came.',
  409: 'The same request is still being answered, or another version lives there than was expected.',
  410: 'The version has been, and its content is not to be had.',
  413: 'The body, or the payload in it, is larger than allowed.',
  415: 'The body was not sent as application/json.',
  422: 'A value is not allowed; every such field is named with what is.',
  429: 'Too many requests; `Retry-After` says how many seconds to wait.',
  431: 'The path, the query string or the headers are longer than 16 kB.',
  500: 'Something unexpected went wrong; the log has the request id.',
  503: 'A part the answer needs is down; `Retry-After` says when to try again.',
};

const NAMESPACE_HEADER = {
  name: 'X-Soma-Namespace',
  description: `Namespace to work in, when the credential allows it; otherwise its default. ${NAMESPACE_RULE}, in UTF-8.`,
  required: false,
  // Empty is as if it were not sent.
  schema: {
    type: 'string' as const,
    pattern: `${NAMESPACE_PATTERN}|^$`,
    examples: ['api_ns', 'team:user@example.com'],
  },
};

/** Headers of what answers 2xx; which routes have them depends on what they do. */
const ANSWER_HEADERS = {
  'X-Soma-Consistency': {
    description: 'Only after a write: its token. Sent with another request, in any process, that one sees the write.',
    schema: { type: 'string' as const },
  },
  'X-Soma-Index-Lag': {
    description: 'Only of compatible recalls: how far the indexes were behind, as in `index_lag` of `/v1/recall`.',
    schema: { type: 'string' as const, examples: ['events=3, seconds=0.412'] },
  },
};

/** Documents a route: decorators for one handler. */
export function documented(doc: OperationDoc, errors: ErrorDoc): MethodDecorator {
  const statuses = [...(doc.open ? [] : [401, 403, 422, 429, 431]), ...(doc.errors ?? []), 500];
  return applyDecorators(
    ApiTags(doc.tag),
    ApiOperation({ operationId: doc.id, summary: doc.summary, description: doc.description ?? doc.summary }),
    ...(doc.open ? [] : [ApiBearerAuth(BEARER), ApiHeader(NAMESPACE_HEADER)]),
    ...(doc.headers ?? []).map(({ name, description, pattern }) =>
      ApiHeader({ name, description, required: false, schema: { type: 'string', pattern } }),
    ),
    ...(doc.params ?? []).map(({ name, schema, description = 'Coordinate: numbers separated by commas.' }) =>
      ApiParam({
        name,
        schema,
        style: 'simple',
        description,
      }),
    ),
    ...(doc.query ? queryParameters(doc.query) : []),
    ...(doc.body ? [ApiBody({ schema: schemaRef(doc.body), required: true })] : []),
    ...(doc.file ? fileBody(doc.file) : []),
    ...doc.answers.map((one) => answer(one, doc.open ? {} : { headers: ANSWER_HEADERS })),
    ...[...new Set(statuses)].sort().map((status) =>
      ApiResponse({
        status,
        description: ERRORS[status] ?? 'Error.',
        content: { [errors.contentType]: { schema: schemaRef(errors.schema) } },
      }),
    ),
  );
}

function fileBody({ types, example }: NonNullable<OperationDoc['file']>): MethodDecorator[] {
  return [ApiConsumes(...types), ApiBody({ schema: { type: 'string', examples: [example] }, required: true })];
}

function answer(
  { status, description, schema, text }: AnswerDoc,
  headers: { readonly headers?: typeof ANSWER_HEADERS },
): MethodDecorator {
  if (text)
    return ApiResponse({ status, description, content: { [text]: { schema: { type: 'string' } } }, ...headers });
  return ApiResponse({ status, description, ...(schema ? { schema: schemaRef(schema) } : {}), ...headers });
}

function queryParameters(schema: z.ZodObject): MethodDecorator[] {
  return Object.entries(schema.shape).map(([name, value]) => {
    const { description, ...parameterSchema } = inlineSchema(value as z.ZodType);
    const required = !(value as z.ZodType).safeParse(undefined).success;
    return ApiQuery({ name, required, description: description ?? '', schema: parameterSchema });
  });
}
