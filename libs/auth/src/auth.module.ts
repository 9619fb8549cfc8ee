import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticator } from '@sfm/memory';
import { authenticatorProviders } from './tokens/authenticator-providers.js';
import { NotedUses } from './tokens/noted-uses.js';
import { AuthOptions } from './options/auth.options.js';
import { BearerAuthGuard } from './bearer/bearer-auth.guard.js';
import { BearerAuthenticator } from './bearer/bearer-authenticator.js';
import { CallerAdmission } from './bearer/caller-admission.js';
import { EmbeddedRateLimiter } from './rate-limit/embedded/embedded-rate-limiter.js';
import { CallerRates } from './rate-limit/caller-rates.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimiter } from './rate-limit/rate-limiter.port.js';
import { Refusals } from './rate-limit/refusals.js';

export interface AuthModuleSetup {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...dependencies: never[]) => AuthOptions | Promise<AuthOptions>;
  /** Default: an EmbeddedRateLimiter. */
  readonly rateLimiter?: RateLimiter;
}

/**
 * Puts the bearer guard and the rate limit in front of every HTTP route of the application. API keys, and the noting of uses,
 * need providers of `ApiKeys` and `AuditLog` that are global or imported.
 */
@Module({})
export class AuthModule {
  static register(options: AuthOptions, rateLimiter?: RateLimiter): DynamicModule {
    return AuthModule.registerAsync({ useFactory: () => options, rateLimiter });
  }

  static registerAsync({ imports = [], inject = [], useFactory, rateLimiter }: AuthModuleSetup): DynamicModule {
    return {
      module: AuthModule,
      imports,
      providers: [
        { provide: AuthOptions, inject, useFactory },
        { provide: RateLimiter, useFactory: () => rateLimiter ?? new EmbeddedRateLimiter() },
        ...authenticatorProviders,
        BearerAuthenticator,
        Refusals,
        CallerAdmission,
        CallerRates,
        // The guards run in this order.
        { provide: APP_GUARD, useClass: BearerAuthGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
      ],
      exports: [AuthOptions, Authenticator, NotedUses, RateLimiter, Refusals, CallerAdmission, CallerRates],
    };
  }
}
