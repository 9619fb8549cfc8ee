import { createHmac } from 'node:crypto';
import { openMemorySystem, type CompleteOptions, type MemorySystem } from '@sfm/composition';
import {
  AuthorizedPortability,
  describeError,
  HeldCredentials,
  PageCursor,
  RequestLimits,
  toExtras,
  WatchPositions,
} from '@sfm/edge';
import { setTimeout as pause } from 'node:timers/promises';
import {
  IndexUnavailableError,
  isJsonObject,
  MemoryError,
  parseJson,
  stringifyJson,
  toNamespace,
  type JsonObject,
  type Principal,
} from '@sfm/memory';
import { HEARD } from '../servers/loggers.js';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import { embeddedOperations } from './embedded-operations.js';
import type { Checks, EmbeddedOperations } from './operation.js';
import type { HostStreams } from '@sfm/mcp';
import {
  MemoryClient,
  type AgentOptions,
  type Call,
  type ExportCall,
  type ImportCall,
  type RunningExport,
} from '../client/memory-client.js';
import type { Operation } from '../client/operations.js';
import { RefusedError } from '../client/refusals.js';

/** What the memories are opened with. */
export interface EmbeddedOptions {
  readonly system: CompleteOptions;
  readonly queryCharacters: number;
  readonly batchQueries: number;
  /** The configured one when omitted. */
  readonly namespace?: string | undefined;
  /** Of the service that runs here at other times: cursors of the one go on with the other. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
}

/** How often it is looked whether the indexes are filled. */
const LOOK_MS = 20;

/** Opens the memories in this process, as the service does, while no other process has them open. */
export class EmbeddedClient extends MemoryClient {
  private readonly operations: EmbeddedOperations;
  private readonly checks: Checks;
  private readonly portability: AuthorizedPortability;
  private readonly signal: AbortSignal;
  private filled: Promise<void> | undefined;

  private constructor(
    private readonly system: MemorySystem,
    private readonly principal: Principal,
    sealed: Pick<Checks, 'cursors' | 'positions'>,
    options: EmbeddedOptions,
  ) {
    super();
    const { limits } = options.system;
    const bounds = { ...limits, maxQueryLength: options.queryCharacters, maxBatchQueries: options.batchQueries };
    this.checks = { limits: new RequestLimits(bounds), ...sealed };
    this.operations = embeddedOperations(system, this.checks);
    this.portability = new AuthorizedPortability(system.exports, system.imports, new HeldCredentials());
    this.signal = options.signal;
  }

  static async open(options: EmbeddedOptions): Promise<EmbeddedClient> {
    const { system: given, namespace, token = 'no service has run here', signal } = options;
    const principal: Principal = {
      credentialId: 'soma-cli',
      namespaces: '*',
      scopes: ['*'],
      namespace: namespace === undefined ? given.namespace : await described(() => toNamespace(namespace)),
    };
    const system = await openMemorySystem(given, {
      logger: HEARD,
      onLost: () => HEARD.error('another process has taken the memories over'),
      signal,
    });
    const secret = createHmac('sha256', token).update('page cursors').digest('hex');
    const sealed = { cursors: new PageCursor(secret), positions: new WatchPositions(secret) };
    return new EmbeddedClient(system, principal, sealed, options);
  }

  get where(): string {
    return this.system.location;
  }

  async call(operation: Operation, call: Call = {}): Promise<JsonObject> {
    // A service has filled its indexes long before it is asked.
    if (operation === 'recall') await (this.filled ??= this.whenFilled());
    return described(async () => asSent(await this.operations[operation](this.principal, call)));
  }

  async export({ include, resume }: ExportCall): Promise<RunningExport> {
    const { namespace } = this.principal;
    return described(async () => {
      const extras = toExtras(include.join(','));
      const { position, parts } = await this.portability.export(this.principal, {
        include: extras,
        ...(resume
          ? { after: resume.after, position: this.checks.cursors.readExport(namespace, extras, resume.position) }
          : {}),
      });
      return { position: this.checks.cursors.writeExport(namespace, extras, position), parts: describedParts(parts) };
    });
  }

  async import(input: AsyncIterable<Uint8Array>, { format, ...call }: ImportCall): Promise<JsonObject> {
    return described(async () => {
      const report = await this.portability.import(this.principal, input, { ...call, ...(format ? { format } : {}) });
      return asSent(report);
    });
  }

  async serveAgent(streams: HostStreams, { isReadOnly }: AgentOptions): Promise<void> {
    const { serveAgentHere } = await import('./embedded-agent.js');
    await (this.filled ??= this.whenFilled());
    const { checks, principal } = this;
    await serveAgentHere(this.system, { ...checks, principal }, { ...streams, isReadOnly });
  }

  async close(): Promise<void> {
    await this.system.close();
  }

  private async whenFilled(): Promise<void> {
    for (;;) {
      this.signal.throwIfAborted();
      try {
        return await this.system.indexes.whenReady();
      } catch (error) {
        if (!(error instanceof IndexUnavailableError)) throw error;
        await pause(LOOK_MS, undefined, { signal: this.signal });
      }
    }
  }
}

/** The answer as it is after its way through HTTP. */
function asSent(answer: object): JsonObject {
  const sent: unknown = parseJson(stringifyJson(answer));
  if (!isJsonObject(sent)) throw new TypeError('an answer must be an object');
  return sent;
}

async function described<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(error);
  }
}

async function* describedParts(parts: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* parts;
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Says what a service says, which knows what may be told; a fault of this program is told whole. */
function asRefusal(error: unknown): unknown {
  const { code, message } = describeError(error);
  if (code === 'internal_error' && !(error instanceof MemoryError)) {
    return error instanceof CommandError
      ? error
      : new CommandError(EXIT.failed, error instanceof Error ? error.message : String(error), { cause: error });
  }
  return new RefusedError({ code, message }, { cause: error });
}
