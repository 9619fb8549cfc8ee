#!/usr/bin/env node
// Posts one chunk of sample memories, for trying bulk stores:
//   SOMA_API_TOKEN=… node scripts/post_chunk.mjs --size 100 --endpoint http://localhost:9595/store_bulk
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

const usage = 'usage: SOMA_API_TOKEN=… post_chunk.mjs [--size 100] [--endpoint http://localhost:9595/store_bulk]';
const options = {
  size: { type: 'string', default: '100' },
  endpoint: { type: 'string', default: 'http://localhost:9595/store_bulk' },
  help: { type: 'boolean', short: 'h' },
};
const { values } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const size = Number(values.size);
if (!Number.isInteger(size) || size < 1) refuse('--size must be a whole number from 1');
// One of several, while it is rotated.
const token = process.env.SOMA_API_TOKEN?.trim().split(/[,\s]/, 1)[0];
if (!token) refuse('SOMA_API_TOKEN is needed');

const runId = randomUUID();
const items = Array.from({ length: size }, (_, index) => ({
  coord: `${index},${Math.floor(Math.random() * 1e9)},0`,
  payload: { text: `item ${index}`, run_id: runId },
  type: 'episodic',
}));
const response = await fetch(values.endpoint, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ items }),
});
console.log(response.status, await response.text(), `run_id=${runId}`);
process.exitCode = response.ok ? 0 : 1;

function readArguments() {
  try {
    return parseArgs({ options });
  } catch (error) {
    return refuse(error.message);
  }
}

function refuse(message) {
  console.error(`post_chunk: ${message}\n${usage}`);
  process.exit(2);
}
