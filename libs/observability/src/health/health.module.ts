import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ComponentHealth } from './component-health.js';

/** Provides the one ComponentHealth of an application. */
@Module({ imports: [TerminusModule], providers: [ComponentHealth], exports: [ComponentHealth] })
export class HealthModule {}
