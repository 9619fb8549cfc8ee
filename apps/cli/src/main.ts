#!/usr/bin/env node
import 'reflect-metadata';
import { somaProgram } from './program.js';

try {
  await somaProgram().parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
