import { createHmac } from 'node:crypto';
import { Logger, Module, type DynamicModule, type Type } from '@nestjs/common';
import { AuthModule, type JwtOptions } from '@sfm/auth';
import {
  CacheBackend,
  MemorySystemModule,
  ServiceHealth,
  type CompleteOptions,
  type MemorySystemParts,
} from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { EdgeModule, HealthReader, type EdgeOptions } from '@sfm/edge';
import { MetricsModule } from '@sfm/observability';
import { grpcOptions } from './grpc/configured-options.js';
import { GrpcModule } from './grpc/grpc.module.js';
import { GrpcOptions } from './grpc/grpc-options.js';
import { PublicMetricsController } from './http/compat/service/metrics.controller.js';
import { boundsOf } from './http/options/bounds-of.js';
import { HttpOptions } from './http/options/http-options.js';
import { HttpModule } from './http/http.module.js';
import { McpModule } from './mcp/mcp.module.js';
import { VERSION } from './version.js';

export interface AppModuleOptions extends Pick<MemorySystemParts, 'dataSource'> {
  /** Configures the edge. */
  readonly config: AppConfig;
  readonly system: CompleteOptions;
  /** Of the root credential, all of them valid. */
  readonly tokens: readonly [string, ...string[]];
  /** Further modules, such as a bench's own routes. */
  readonly modules?: readonly Type[];
}

/** The composition root: a memory system behind HTTP and gRPC. */
@Module({})
export class AppModule {
  static register({ config, system, dataSource, tokens, modules = [] }: AppModuleOptions): DynamicModule {
    const rateLimit = { max: config.rateLimit.max, windowMs: config.rateLimit.windowSeconds * 1000 };
    const [token, ...otherTokens] = tokens;
    const cache = new CacheBackend(system.cache, system.clientName, new Logger('Redis'));
    const memories = MemorySystemModule.register(system, { dataSource, cache, isMeasured: true });
    const auth = AuthModule.register(
      {
        credentials: [{ id: 'default', token, otherTokens, namespaces: '*' }],
        defaultNamespace: system.namespace,
        rateLimit,
        refusals: rateLimit,
        keys: { freshMs: KEY_FRESH_MS },
        ...jwtOptions(config),
        publicAreas: config.auth.publicStats ? ['stats'] : [],
      },
      cache.rateLimiter,
    );
    const edge = EdgeModule.register({ imports: [memories, auth], options: edgeOptions(config, system, tokens) });
    const around = surroundings(memories, config);
    return {
      module: AppModule,
      imports: [
        MetricsModule.register({ controller: PublicMetricsController }),
        memories,
        auth,
        HttpModule.register([edge, around]),
        McpModule.register([edge, around]),
        ...(config.grpc.isEnabled ? [GrpcModule.register([edge, auth, around])] : []),
        ...modules,
      ],
    };
  }
}

/** How long a revoked API key may go on in a process that used it just before. */
const KEY_FRESH_MS = 5000;

function jwtOptions({ oidc }: AppConfig): { readonly jwt?: JwtOptions } {
  const { issuer, audiences, jwksUrl, scopesClaim, scopePrefix, namespacesClaim } = oidc;
  if (issuer === undefined) return {};
  return {
    jwt: {
      issuer,
      audiences,
      scopesClaim,
      scopePrefix,
      namespacesClaim,
      ...(jwksUrl === undefined ? {} : { jwksUrl }),
    },
  };
}

class SurroundingsModule {}

/** Provides the options and the health reader that the doors need. */
function surroundings(memories: DynamicModule, config: AppConfig): DynamicModule {
  return {
    module: SurroundingsModule,
    imports: [memories],
    providers: [
      { provide: HttpOptions, useValue: httpOptions(config) },
      { provide: GrpcOptions, useFactory: () => grpcOptions(config) },
      {
        provide: HealthReader,
        inject: [ServiceHealth],
        useFactory: (health: ServiceHealth): HealthReader => health,
      },
    ],
    exports: [HttpOptions, GrpcOptions, HealthReader],
  };
}

function httpOptions(config: AppConfig): HttpOptions {
  return {
    version: VERSION,
    hybridDefault: config.recall.hybridDefault,
    maxBodyBytes: config.http.maxBodyBytes,
    requestTimeoutMs: config.http.requestTimeoutMs,
    trustedProxies: config.http.trustedProxies,
    cors: { origins: config.http.corsOrigins },
    mcp: { isReadOnly: config.http.isMcpReadOnly },
    isHttpsOnly: config.http.isHttpsOnly,
  };
}

function edgeOptions(config: AppConfig, { limits }: CompleteOptions, tokens: readonly string[]): EdgeOptions {
  return {
    bounds: boundsOf(config, limits),
    cursorSecrets: tokens.map((token) => createHmac('sha256', token).update('page cursors').digest('hex')),
  };
}
