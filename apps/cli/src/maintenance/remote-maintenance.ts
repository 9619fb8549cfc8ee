import type {
  Difference,
  ReindexProgress,
  ReindexReport,
  VerifyListener,
  VerifyProgress,
  VerifyReport,
} from '@sfm/memory';
import {
  DEFAULT_PENDING_SECONDS,
  type Maintenance,
  type MaintenanceRequest,
  type RebuildListener,
} from './maintenance.js';

interface WireDifference extends Omit<Difference, 'key' | 'isRepairable'> {
  readonly event: 'difference';
  readonly run: 'first' | 'after repair';
  readonly coordinate: string | null;
  readonly repairable: boolean;
}

/** A line of the service's response. */
type WireEvent =
  | WireDifference
  | ({ readonly event: 'progress' } & (VerifyProgress | ReindexProgress))
  | { readonly event: 'note'; readonly text: string }
  | ({ readonly event: 'rebuilt' } & ReindexReport)
  | ({ readonly event: 'report' } & VerifyReport)
  | { readonly event: 'error'; readonly problem: { readonly detail: string } };

type Progress = VerifyProgress | ReindexProgress;

interface EventListener {
  readonly onProgress: (progress: Progress) => void;
  readonly onDifference: VerifyListener['onDifference'];
  readonly onNote: VerifyListener['onNote'];
  readonly onRebuilt?: (report: ReindexReport) => void;
}

interface Call {
  readonly route: 'verify' | 'reindex';
  readonly body: object;
  readonly signal: AbortSignal;
}

/** Has the service that holds the indexes do the work. */
export class RemoteMaintenance implements Maintenance {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  verify(request: MaintenanceRequest & { readonly repair: boolean }, listener: VerifyListener): Promise<VerifyReport> {
    const call: Call = {
      route: 'verify',
      body: { ...bodyOf(request), repair: request.repair },
      signal: request.signal,
    };
    return this.ask(call, {
      onProgress: (progress) => isOfVerification(progress) && listener.onProgress?.(progress),
      onDifference: (difference, run) => listener.onDifference?.(difference, run),
      onNote: (note) => listener.onNote?.(note),
    });
  }

  async reindex(request: MaintenanceRequest, listener: RebuildListener): Promise<void> {
    const call: Call = { route: 'reindex', body: bodyOf(request), signal: request.signal };
    await this.ask(call, {
      onProgress: (progress) =>
        isOfVerification(progress) ? listener.onVerifyProgress?.(progress) : listener.onProgress?.(progress),
      onDifference: (difference, run) => listener.onDifference?.(difference, run),
      onNote: (note) => listener.onNote?.(note),
      onRebuilt: (report) => listener.onRebuilt(report),
    });
  }

  private async ask(call: Call, listener: EventListener): Promise<VerifyReport> {
    const response = await this.post(call);
    if (!response.ok || !response.body) throw new Error(await this.refusal(response));
    let report: VerifyReport | undefined;
    for await (const event of eventsOf(response.body)) {
      if (event.event === 'report') report = withoutEvent(event);
      else tell(event, listener);
    }
    if (!report) throw new Error(`the service at ${this.url} ended before it was done; run it again`);
    return report;
  }

  private async post({ route, body, signal }: Call): Promise<Response> {
    try {
      return await fetch(`${this.url}/v1/admin/${route}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw new Error(`the service at ${this.url} does not answer`, { cause });
    }
  }

  private async refusal(response: Response): Promise<string> {
    if (response.status === 401 || response.status === 403) {
      return `the service at ${this.url} refuses the token: give the one it runs with in SOMA_API_TOKEN`;
    }
    const text = await response.text();
    return `the service at ${this.url} answers ${response.status}: ${detailOf(text) ?? text.slice(0, 300)}`;
  }
}

function bodyOf({ namespaces, maxPendingSeconds = DEFAULT_PENDING_SECONDS }: MaintenanceRequest): object {
  return { ...(namespaces ? { namespaces } : {}), max_pending_seconds: maxPendingSeconds };
}

function detailOf(text: string): string | undefined {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return typeof detail === 'string' ? detail : undefined;
  } catch {
    return undefined;
  }
}

function tell(event: Exclude<WireEvent, { event: 'report' }>, listener: EventListener): void {
  switch (event.event) {
    case 'progress':
      return listener.onProgress(event);
    case 'note':
      return listener.onNote?.(event.text);
    case 'rebuilt':
      return listener.onRebuilt?.(withoutEvent(event));
    case 'difference': {
      const { kind, namespace, detail, coordinate: key, repairable: isRepairable } = event;
      return listener.onDifference?.({ kind, namespace, key, detail, isRepairable }, event.run);
    }
    case 'error':
      throw new Error(event.problem.detail);
  }
}

function withoutEvent<Event extends WireEvent>({ event: _, ...rest }: Event): Omit<Event, 'event'> {
  return rest;
}

function isOfVerification(progress: Progress): progress is VerifyProgress {
  return ['points', 'memories', 'checking again', 'repairing'].includes(progress.phase);
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<WireEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WireEvent;
  }
}
