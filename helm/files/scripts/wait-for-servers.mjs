// Ends when every address accepts connections: node wait-for-servers.mjs <seconds> <host:port>...
// After that many seconds it fails and names the addresses that do not.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const [seconds, ...addresses] = process.argv.slice(2);
const deadline = performance.now() + Number(seconds) * 1000;

function accepts(address) {
  const separator = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, separator), port: Number(address.slice(separator + 1)) });
    const finish = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

let waiting = addresses;
for (;;) {
  const answers = await Promise.all(waiting.map(accepts));
  for (const [index, address] of waiting.entries()) if (answers[index]) console.log(`${address} accepts connections`);
  waiting = waiting.filter((_, index) => !answers[index]);
  if (waiting.length === 0) break;
  if (performance.now() > deadline) {
    console.error(`no connection within ${seconds} s: ${waiting.join(', ')}`);
    process.exit(1);
  }
  console.log(`waiting for ${waiting.join(', ')}`);
  await delay(1000);
}
