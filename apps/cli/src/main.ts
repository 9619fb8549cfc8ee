#!/usr/bin/env node
import 'reflect-metadata';
import { run } from './run.js';

await run();
