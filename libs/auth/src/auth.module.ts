import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthModuleOptions } from '@nestjs/passport';
import passport from 'passport';
import { AuthOptions } from './auth.options.js';
import { BearerAuthGuard } from './bearer/bearer-auth.guard.js';
import { BearerStrategy } from './bearer/bearer.strategy.js';
import { CredentialVerifier } from './bearer/credential-verifier.js';
import { EmbeddedRateLimiter } from './rate-limit/embedded/embedded-rate-limiter.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimiter } from './rate-limit/rate-limiter.port.js';

export interface AuthModuleSetup {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...dependencies: never[]) => AuthOptions | Promise<AuthOptions>;
  /** Default: an EmbeddedRateLimiter. */
  readonly rateLimiter?: RateLimiter;
}

let registrations = 0;

/** Puts the bearer guard and the rate limit in front of every HTTP route of the application. */
@Module({})
export class AuthModule {
  static register(options: AuthOptions, rateLimiter?: RateLimiter): DynamicModule {
    return AuthModule.registerAsync({ useFactory: () => options, rateLimiter });
  }

  static registerAsync({ imports = [], inject = [], useFactory, rateLimiter }: AuthModuleSetup): DynamicModule {
    // Passport keeps strategies by name for the whole process; two applications in it must not share one.
    const strategyName = `bearer-${++registrations}`;
    return {
      module: AuthModule,
      imports,
      providers: [
        { provide: AuthOptions, inject, useFactory },
        { provide: RateLimiter, useFactory: () => rateLimiter ?? new EmbeddedRateLimiter() },
        CredentialVerifier,
        {
          provide: AuthModuleOptions,
          inject: [CredentialVerifier],
          useFactory: (verifier: CredentialVerifier): AuthModuleOptions => {
            passport.use(strategyName, new BearerStrategy(verifier));
            return { defaultStrategy: strategyName, property: 'principal', session: false };
          },
        },
        // The order is the order of the checks.
        { provide: APP_GUARD, useClass: BearerAuthGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
      ],
      exports: [AuthOptions, CredentialVerifier, RateLimiter],
    };
  }
}
