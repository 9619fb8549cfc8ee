// One call of gRPC, for a look at it from a shell. The message and each answer are JSON, with the names of the proto files.
import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const USAGE = `usage: node scripts/grpc-call.mjs ADDRESS METHOD [MESSAGE]
METHOD is one of somafractalmemory.v1.Memories, such as Recall, or SERVICE/METHOD. The token is that of SOMA_API_TOKEN.
Answers of a stream are printed as they come, until it ends or Ctrl-C.`;

const [address, method, text = '{}'] = process.argv.slice(2);
if (address === undefined || method === undefined) {
  console.error(USAGE);
  process.exit(2);
}
const files = loadSync(['memory.proto', 'memory_v1.proto'], {
  includeDirs: [fileURLToPath(new URL('../proto/', import.meta.url))],
  keepCase: true,
  longs: Number,
});
const [service, name] = method.includes('/') ? method.split('/') : ['somafractalmemory.v1.Memories', method];
const definition = files[service]?.[name];
if (definition === undefined || definition.requestStream) {
  console.error(`there is no ${service}/${name} that one message asks\n${USAGE}`);
  process.exit(2);
}

const metadata = new Metadata();
// One of several, while it is rotated.
const token = process.env.SOMA_API_TOKEN?.trim().split(/[,\s]/, 1)[0];
if (token) metadata.set('authorization', `Bearer ${token}`);
const client = new Client(address, credentials.createInsecure());
const { path, requestSerialize, responseDeserialize, responseStream } = definition;
const request = [path, requestSerialize, responseDeserialize, JSON.parse(text), metadata];
const fail = ({ message }) => {
  console.error(message);
  process.exit(1);
};
const show = (answer) =>
  console.log(JSON.stringify(answer, (_, value) => (value?.type === 'Buffer' ? Buffer.from(value).toString() : value)));
if (responseStream) {
  client
    .makeServerStreamRequest(...request)
    .on('data', show)
    .on('error', fail)
    .on('end', () => client.close());
} else {
  client.makeUnaryRequest(...request, (error, answer) => {
    if (error) fail(error);
    show(answer);
    client.close();
  });
}
