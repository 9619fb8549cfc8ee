import type { OnApplicationShutdown } from '@nestjs/common';
import type { CredentialUses } from '@sfm/memory';

/** The uses of credentials, written to the end when the application has answered its last request. */
export class NotedUses implements OnApplicationShutdown {
  constructor(readonly uses: CredentialUses | undefined) {}

  async onApplicationShutdown(): Promise<void> {
    await this.uses?.flush();
  }
}
