// A thread that asks /ping on a connection of its own, over and over: whatever the tests themselves are busy with does
// not count. Told to begin anew, it answers with the worst it has seen since.
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const PAUSE_MS = 5;
const GIVE_UP_MS = 60_000;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let answers = [];
let turns = 0;
let waiting = [];

function ping() {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const ended = (isAnswer) => resolve({ ms: performance.now() - startedMs, isAnswer });
    get(workerData.url, { agent, timeout: GIVE_UP_MS }, (response) => {
      response.resume().once('end', () => ended(response.statusCode === 200));
    })
      .once('timeout', function () {
        this.destroy();
      })
      .once('error', () => ended(false));
  });
}

parentPort.on('message', () => waiting.push({ fromTurn: turns + 1 }));

for (;;) {
  turns += 1;
  answers.push(await ping());
  const due = waiting.filter(({ fromTurn }) => turns > fromTurn);
  if (due.length > 0) {
    waiting = waiting.filter((one) => !due.includes(one));
    for (let index = 0; index < due.length; index += 1) parentPort.postMessage(answers);
    answers = [];
  }
  await delay(PAUSE_MS);
}
