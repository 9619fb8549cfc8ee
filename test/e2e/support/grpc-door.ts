import { fileURLToPath } from 'node:url';
import {
  Client,
  credentials,
  Metadata,
  status,
  type ChannelCredentials,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { TOKEN } from './running-service.js';

const PROTO = fileURLToPath(new URL('../../../proto/', import.meta.url));

export const COMPAT = 'somafractalmemory.MemoryService';
export const V1 = 'somafractalmemory.v1.Memories';

/** What a program can read of a refused call. */
export interface Refusal {
  /** Name of the status. */
  readonly status: string;
  readonly message: string;
  /** Code of the catalogue; undefined where the error has no details. */
  readonly code: string | undefined;
  readonly fields: readonly string[];
}

export interface CallOptions {
  /** The token is sent unless this says another, or an empty one. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

type Method = MethodDefinition<object, object>;

const details = protobuf.loadSync(
  ['google/rpc/status.proto', 'google/rpc/error_details.proto'].map((file) => PROTO + file),
);

/** The service as a client of gRPC sees it, with the interface as its files say it. */
export class GrpcDoor {
  readonly client: Client;
  private readonly files: PackageDefinition;

  constructor(address: string, channel: ChannelCredentials = credentials.createInsecure()) {
    this.client = new Client(address, channel, {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // A connection of its own: several workers get them in turn.
      'grpc.use_local_subchannel_pool': 1,
    });
    this.files = loadSync(['memory.proto', 'memory_v1.proto'], {
      includeDirs: [PROTO],
      keepCase: true,
      longs: Number,
      arrays: true,
    });
  }

  close(): void {
    this.client.close();
  }

  /** A call that must succeed; resolves with its message. */
  async call<T>(service: string, name: string, message: object, options: CallOptions = {}): Promise<T> {
    return (await this.exchange<T>(service, name, message, options)).message;
  }

  /** The same, with the metadata before and behind the message. */
  exchange<T>(
    service: string,
    name: string,
    message: object,
    options: CallOptions = {},
  ): Promise<{ readonly message: T; readonly headers: Metadata; readonly trailers: Metadata }> {
    const { path, requestSerialize, responseDeserialize } = this.method(service, name);
    return new Promise((resolve, reject) => {
      let headers = new Metadata();
      let answer: object | undefined;
      const call = this.client
        .makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          message,
          metadataOf(options),
          deadlineOf(options),
          (error, value) => {
            if (error) reject(error);
            answer = value;
          },
        )
        .on('metadata', (sent) => (headers = sent))
        .on('status', ({ code, metadata: trailers }) => {
          if (code === status.OK) resolve({ message: answer as T, headers, trailers });
        });
      options.signal?.addEventListener('abort', () => call.cancel(), { once: true });
    });
  }

  /** A call that must be refused. */
  async refused(service: string, name: string, message: object, options: CallOptions = {}): Promise<Refusal> {
    const answer = await this.call(service, name, message, options).then(
      (value) => new Error(`${name} was answered ${JSON.stringify(value)}`),
      (error: ServiceError) => error,
    );
    if (!('code' in answer)) throw answer;
    return refusalOf(answer);
  }

  /** Bytes as they are, instead of a message, that must be refused. */
  sendBytes(service: string, name: string, bytes: Buffer): Promise<Refusal> {
    return this.exchangeBytes(service, name, bytes).then(
      (answer) => Promise.reject(new Error(`was answered ${answer.toString('hex')}`)),
      (error: ServiceError) => refusalOf(error),
    );
  }

  /** Bytes as they are for bytes as they come. */
  exchangeBytes(service: string, name: string, bytes: Buffer): Promise<Buffer> {
    const { path } = this.method(service, name);
    const same = (value: Buffer) => value;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(path, same, same, bytes, metadataOf({}), {}, (error, value) =>
        error ? reject(error) : resolve(value ?? Buffer.alloc(0)),
      );
    });
  }

  /** A call that is answered by a stream. */
  stream(service: string, name: string, message: object, options: CallOptions = {}): ClientReadableStream<object> {
    const { path, requestSerialize, responseDeserialize } = this.method(service, name);
    return this.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      metadataOf(options),
      deadlineOf(options),
    );
  }

  /** A call that is asked by a stream. */
  async send<T>(service: string, name: string, messages: readonly object[], options: CallOptions = {}): Promise<T> {
    const { path, requestSerialize, responseDeserialize } = this.method(service, name);
    return new Promise((resolve, reject) => {
      const stream = this.client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        metadataOf(options),
        deadlineOf(options),
        (error, value) => (error ? reject(error) : resolve(value as T)),
      );
      for (const message of messages) stream.write(message);
      stream.end();
    });
  }

  private method(service: string, name: string): Method {
    const found = this.files[service];
    const method = found && !('format' in found) ? found[name] : undefined;
    if (method === undefined) throw new Error(`there is no ${service}/${name}`);
    return method;
  }
}

/** What a program can read of an error. */
export function refusalOf({ code, details: message, metadata }: ServiceError): Refusal {
  const [bytes] = metadata.get('grpc-status-details-bin');
  const described = new Map<string, Readonly<Record<string, unknown>>>();
  if (bytes instanceof Buffer) {
    const root = details.lookupType('google.rpc.Status');
    const { details: packed = [] } = root.toObject(root.decode(bytes)) as {
      details?: { type_url: string; value: Buffer }[];
    };
    for (const { type_url: url, value } of packed) {
      const type = details.lookupType(url.replace(/^.*\//, ''));
      described.set(type.name, type.toObject(type.decode(value)));
    }
  }
  const info = described.get('ErrorInfo') as { metadata?: { code?: string } } | undefined;
  const bad = described.get('BadRequest') as { fieldViolations?: { field: string }[] } | undefined;
  return {
    status: status[code] ?? String(code),
    message,
    code: info?.metadata?.code,
    fields: (bad?.fieldViolations ?? []).map(({ field }) => field),
  };
}

function metadataOf({ metadata: sent = {} }: CallOptions): Metadata {
  const metadata = new Metadata();
  const all = { authorization: `Bearer ${TOKEN}`, ...sent };
  for (const [name, value] of Object.entries(all))
    if (value !== '') metadata.set(name, name.endsWith('-bin') ? Buffer.from(value) : value);
  return metadata;
}

function deadlineOf({ deadlineMs }: CallOptions) {
  return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
}
