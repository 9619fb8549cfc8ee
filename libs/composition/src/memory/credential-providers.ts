import type { FactoryProvider } from '@nestjs/common';
import { ApiKeys, ApiKeyService } from '@sfm/memory';

/** How credentials are administered. */
export const credentialProviders: readonly FactoryProvider[] = [
  { provide: ApiKeyService, inject: [ApiKeys], useFactory: (keys: ApiKeys) => new ApiKeyService(keys) },
];
