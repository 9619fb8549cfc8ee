// gRPC bench: stores and recalls with 64 clients over gRPC, against the same over REST, alternating in one run.
import { availableParallelism } from 'node:os';
import { fill, settled, startBenchService } from './bench-service.mjs';
import { memory, question } from './corpus.mjs';
import { call } from './grpc-load.mjs';
import { parseArguments, post, spread } from './load.mjs';

const USAGE = `usage: node bench/grpc.mjs [--rounds 5] [--seconds 3] [--warm-up 10] [--memories 2000] [--connections 64] [--json]
Alternates POST /v1/memories with Memories/Store, POST /store with MemoryService/Store and POST /v1/recall with
Memories/Recall on one service. Each client has a connection of its own and waits for an answer before it asks again.`;
/** Bodies made before a measurement. */
const PREPARED_PER_SECOND = 20_000;

const options = parseArguments(USAGE, { rounds: 5, seconds: 3, 'warm-up': 10, memories: 2000, connections: 64 });
const V1 = 'somafractalmemory.v1.Memories';
const COMPAT = 'somafractalmemory.MemoryService';

/** Stores go where no recall looks, so that all rounds recall among as many. */
let next = 0;
const coordinate = () => [7, next++];
const { payload } = memory(0);
const payload_json = JSON.stringify(payload);
const asked = (n) => ({ query: question(n % 1000, options.memories), top_k: 5 });

const KINDS = {
  'store, v1': {
    rest: ['/v1/memories', () => ({ coordinate: coordinate(), payload })],
    grpc: [[V1, 'Store'], () => ({ coordinate: { values: coordinate() }, payload_json })],
  },
  'store, compatible': {
    rest: ['/store', () => ({ coord: coordinate().join(','), payload })],
    grpc: [[COMPAT, 'Store'], () => ({ memory: { coord: { values: coordinate() }, payload_json } })],
  },
  'recall, v1': { rest: ['/v1/recall', asked], grpc: [[V1, 'Recall'], asked] },
};

const service = await startBenchService();
const measured = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { rest: [], grpc: [] }]));
try {
  await fill(service.url, options.memories, memory);
  for (let round = 0; round <= options.rounds; round += 1) {
    process.stderr.write(round === 0 ? 'warm-up\n' : `round ${round} of ${options.rounds}\n`);
    for (const [kind, doors] of Object.entries(KINDS)) {
      // Whichever is second finds a larger store, so they take turns.
      const turns = round % 2 === 0 ? ['rest', 'grpc'] : ['grpc', 'rest'];
      for (const door of turns) {
        await settled(service.url);
        const seconds = round === 0 ? options['warm-up'] : options.seconds;
        const load = { connections: options.connections, seconds, prepared: seconds * PREPARED_PER_SECOND };
        const [where, body] = doors[door];
        const result = await (door === 'rest'
          ? post(service.url, where, body, load)
          : call(service.grpc, where, body, load));
        if (round > 0) measured[kind][door].push(result);
      }
    }
  }
} finally {
  await service.stop();
}

const perSecond = (results) => results.map((result) => result.perSecond);
const ratios = Object.fromEntries(
  Object.entries(measured).map(([kind, { rest, grpc }]) => [
    kind,
    grpc.map((result, index) => result.perSecond / rest[index].perSecond),
  ]),
);
if (options.json) console.log(JSON.stringify({ measured, ratios }));
else {
  console.log(
    `${availableParallelism()} cores for servers, service and load; ${options.rounds} rounds of ${options.seconds} s`,
  );
  for (const [kind, { rest, grpc }] of Object.entries(measured)) {
    console.log(`${kind}: REST ${spread(perSecond(rest))} /s, gRPC ${spread(perSecond(grpc))} /s`);
    console.log(
      `  p50 ms: REST ${spread(
        rest.map(({ p50 }) => p50),
        1,
      )}, gRPC ${spread(
        grpc.map(({ p50 }) => p50),
        1,
      )}`,
    );
    console.log(`  gRPC / REST               ${spread(ratios[kind], 2)}   goal ≥ 1.00`);
  }
}
