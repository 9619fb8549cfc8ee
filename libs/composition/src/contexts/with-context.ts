import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Finds what a context provides, wherever in its modules. */
export type Find = <T>(token: abstract new (...args: never[]) => T) => T;

/** Runs `work` in a silent context of the module, which is closed afterwards, also when the work fails. */
export async function withContext(module: DynamicModule, work: (find: Find) => Promise<void>): Promise<void> {
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    await work(finding(context));
  } finally {
    await context.close();
  }
}

function finding(context: INestApplicationContext): Find {
  return (token) => context.get(token, { strict: false });
}
