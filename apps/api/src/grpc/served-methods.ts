import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import { CallAdmission } from './calls/call-admission.js';
import { collecting, streaming } from './calls/streaming.js';
import { unary, type UnaryWork } from './calls/unary.js';
import { CompatCalls } from './compat/compat-calls.js';
import { COMPAT_SERVICE, V1_SERVICE } from './interface/proto-files.js';
import { LinkCalls } from './v1/link-calls.js';
import { MemoryCalls } from './v1/memory-calls.js';
import { RecallCalls } from './v1/recall-calls.js';
import { TransferCalls } from './v1/transfer-calls.js';
import { WatchCalls } from './v1/watch-calls.js';

/** The methods of every service, as the library calls them. */
@Injectable()
export class ServedMethods {
  private readonly ending = new AbortController();

  constructor(
    private readonly admission: CallAdmission,
    private readonly compat: CompatCalls,
    private readonly memories: MemoryCalls,
    private readonly recall: RecallCalls,
    private readonly links: LinkCalls,
    private readonly transfers: TransferCalls,
    private readonly watches: WatchCalls,
  ) {}

  /** A stopping service ends its streams, which can go on at their last positions. */
  stop(): void {
    this.ending.abort();
  }

  services(): Readonly<Record<string, UntypedServiceImplementation>> {
    const parts = { admission: this.admission, stopping: this.ending.signal };
    return {
      [COMPAT_SERVICE]: this.served(this.compat.methods),
      [V1_SERVICE]: {
        ...this.served({ ...this.memories.methods, ...this.recall.methods, ...this.links.methods }),
        Export: streaming(this.transfers.export, parts),
        Import: collecting(this.transfers.import, parts),
        Watch: streaming(this.watches.watch, parts),
      },
    };
  }

  private served(methods: Readonly<Record<string, UnaryWork>>): UntypedServiceImplementation {
    return Object.fromEntries(Object.entries(methods).map(([name, work]) => [name, unary(work, this.admission)]));
  }
}
