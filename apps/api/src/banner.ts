import type { AppConfig } from '@sfm/config';

export interface BannerFacts {
  readonly url: string;
  /** Address of gRPC, when it is served. */
  readonly grpc?: string;
  readonly location: string;
  /** The token, only when it was just created. */
  readonly newToken?: string;
  /** File that stores the token, when the service stores it. */
  readonly tokenFile?: string;
  readonly rateLimit: AppConfig['rateLimit'];
}

/** Startup message for the operator: where the data is, the token, and two requests to paste. */
export function banner({ url, grpc, location, newToken, tokenFile, rateLimit }: BannerFacts): string {
  const secret = tokenFile === undefined ? '$SOMA_API_TOKEN' : `$(cat ${shellQuote(tokenFile)})`;
  const header = `-H "Authorization: Bearer ${secret}" -H "Content-Type: application/json"`;
  const isLimited = rateLimit.max > 0 && rateLimit.windowSeconds > 0;
  const limit = isLimited ? `${rateLimit.max} requests per ${rateLimit.windowSeconds} s, credential and route` : 'off';
  return [
    '',
    `SomaFractalMemory is ready at ${url}   (API documentation: ${url}/docs)`,
    `  data        ${location}`,
    ...(grpc === undefined ? [] : [`  gRPC        ${grpc}`]),
    ...(newToken === undefined ? [] : [`  token       ${newToken}   (shown once; kept in ${tokenFile})`]),
    ...(newToken !== undefined || tokenFile === undefined ? [] : [`  token       in ${tokenFile}`]),
    `  rate limit  ${limit}   (SOMA_RATE_LIMIT_MAX, SOMA_RATE_LIMIT_WINDOW_SECONDS; 0 disables)`,
    '',
    'Store a memory, then ask for it:',
    `  curl -s ${url}/store ${header} -d '{"coord":"1,2,3","payload":{"text":"The kettle is in the blue cupboard"}}'`,
    `  curl -s ${url}/recall ${header} -d '{"query":"where is the kettle?"}'`,
    '',
  ].join('\n');
}

function shellQuote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
