import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticator } from '@sfm/memory';
import { AuthOptions } from './options/auth.options.js';
import { BearerAuthGuard } from './bearer/bearer-auth.guard.js';
import { BearerAuthenticator } from './bearer/bearer-authenticator.js';
import { CallerAdmission } from './bearer/caller-admission.js';
import { CredentialVerifier } from './tokens/credential-verifier.js';
import { StaticTokenAuthenticator } from './tokens/static-token-authenticator.js';
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

/** Puts the bearer guard and the rate limit in front of every HTTP route of the application. */
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
        CredentialVerifier,
        { provide: Authenticator, useClass: StaticTokenAuthenticator },
        BearerAuthenticator,
        Refusals,
        CallerAdmission,
        CallerRates,
        // The guards run in this order.
        { provide: APP_GUARD, useClass: BearerAuthGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
      ],
      exports: [AuthOptions, Authenticator, RateLimiter, Refusals, CallerAdmission, CallerRates],
    };
  }
}
