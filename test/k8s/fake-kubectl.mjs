// Stands for kubectl in the tests of scripts/precheck. Its first argument is a file that describes the cluster:
// {"namespace": "…", "token": "…", "secret": "its only one", "services": {"service:port": "host:port"}}.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [file, ...args] = process.argv.slice(2);
const cluster = JSON.parse(readFileSync(file, 'utf8'));
const { services } = cluster;
const namespace = args[0] === '--namespace' ? args.splice(0, 2)[1] : undefined;
const [verb, what, name] = args;

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (verb === 'get' && what === 'namespace') {
  if (name !== cluster.namespace) fail(`Error from server (NotFound): namespaces "${name}" not found`);
} else if (namespace !== cluster.namespace) {
  fail(`Error from server (NotFound): namespaces "${namespace}" not found`);
} else if (verb === 'get' && what === 'secret') {
  if (cluster.secret !== undefined && name !== cluster.secret)
    fail(`Error from server (NotFound): secrets "${name}" not found`);
  process.stdout.write(Buffer.from(cluster.token).toString('base64'));
} else if (verb === 'get' && what === 'service') {
  const found = Object.keys(services).find((key) => key.startsWith(`${name}:`));
  if (found === undefined) fail(`services "${name}" not found`);
  // The jsonpath that precheck asks for.
  process.stdout.write(found.split(':')[1]);
} else if (verb === 'port-forward') {
  const service = what.replace('svc/', '');
  const target = services[`${service}${name}`];
  if (target === undefined) fail(`Error from server (NotFound): services "${service}" not found`);
  const [host, port] = target.split(':');
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(`Forwarding from 127.0.0.1:${server.address().port} -> ${port}`);
  });
  process.on('SIGTERM', () => process.exit(0));
} else {
  fail(`fake kubectl: ${args.join(' ')}`);
}
