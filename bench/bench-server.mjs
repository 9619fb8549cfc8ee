// The service of bench-service.mjs: the product's own composition with one more controller.
import 'reflect-metadata';
import { Controller, HttpCode, Module, Post } from '@nestjs/common';
import { loadConfig, readEnvironment } from '@sfm/config';
import { StructuredLogger } from '@sfm/observability';
import { createApi } from '../apps/api/dist/api-application.js';
import { StoreBody } from '../apps/api/dist/http/compat/store.controller.js';
import { openTruth } from '../apps/api/dist/truth.js';
