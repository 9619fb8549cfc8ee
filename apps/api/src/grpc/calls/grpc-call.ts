import { status, type Metadata } from '@grpc/grpc-js';
import type { GuardedRequest } from '@sfm/auth';
import {
  ConsistencyScope,
  withBudget,
  NamespaceScope,
  withConsistency,
  withScope,
  type OpenBudget,
  type Principal,
  type RequestBudget,
} from '@sfm/memory';
import type { DetachedSpan } from '@sfm/observability';

/** Facts of a call that its metadata and its connection tell. */
export interface CallFacts {
  readonly service: string;
  readonly method: string;
  /** Neither side streams. */
  readonly isUnary: boolean;
  /** Answered by a stream, which a stopping service ends by itself. */
  readonly isStreamed: boolean;
  readonly requestId: string;
  /** As the guards of HTTP know requests, so that they decide here too. */
  readonly request: GuardedRequest;
}

/** One call, from its first frame to its status. */
export class GrpcCall {
  /** Of a unary call, and of a stream with a deadline. */
  budget: OpenBudget | undefined;
  span: DetachedSpan | undefined;
  scope = new ConsistencyScope();
  /** Covers nothing until the caller is admitted to a use case; undefined where the service tells of itself. */
  namespaces: NamespaceScope | undefined = new NamespaceScope();
  /** Given back at the end of the call. */
  readonly trailers = new Map<string, string>();
  /** Given back with the first message. */
  readonly headers = new Map<string, string>();
  /** The status that this service sent; undefined while it sent none. */
  sent: status | undefined;
  /** Made when it is asked for, which most calls never do. */
  private gone: AbortController | undefined;
  private isOver = false;

  constructor(readonly facts: CallFacts) {}

  /** @throws Error for a call that nobody admitted */
  get principal(): Principal {
    const { principal } = this.facts.request;
    if (principal === undefined) throw new Error(`${this.facts.method} was not admitted`);
    return principal;
  }

  /** Aborts when the caller has gone, its deadline has passed or the call has ended. */
  get ended(): AbortSignal {
    this.gone ??= new AbortController();
    if (this.isOver) this.gone.abort();
    return this.gone.signal;
  }

  /** Runs the work of the call, and everything it starts, on its budget, in its trace and scope. */
  run<T>(work: () => T): T {
    const inScope = () => withConsistency(this.scope, work);
    const inTrace = () => (this.span ? this.span.run(inScope) : inScope());
    return withScope(this.namespaces, () => withBudget(this.ambientBudget, inTrace));
  }

  /** Ends what works for the call. */
  close(): void {
    if (this.sent === undefined) this.budget?.hangUp();
    else this.budget?.close();
    this.isOver = true;
    this.gone?.abort();
  }

  private get ambientBudget(): RequestBudget | undefined {
    return this.budget?.budget;
  }
}

const calls = new WeakMap<Metadata, GrpcCall>();

/** Notes the call to which the metadata came. */
export function noteCall(metadata: Metadata, call: GrpcCall): void {
  calls.set(metadata, call);
}

/** The call to which the metadata came. @throws Error when no interceptor ran */
export function callOf(metadata: Metadata): GrpcCall {
  const call = calls.get(metadata);
  if (call === undefined) throw new Error('no interceptor ran before this handler');
  return call;
}
