import type { AppConfig } from '@sfm/config';
import type { VectorModuleOptions } from '@sfm/vector';

/** Where the vector index lives. */
export function vectorOptions({ embedding }: AppConfig): VectorModuleOptions {
  return { kind: 'embedded', dimension: embedding.dimension };
}
