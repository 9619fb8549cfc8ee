import type { ImportanceNormalizers } from '../../importance/importance-normalizers.js';
import { InvalidRequestError } from '../../model/errors.js';
import type { Namespace } from '../../model/namespace.js';
import type { NewMemory } from '../../store/store.types.js';
import type { ImportTarget } from '../ports/import-target.port.js';
import { fromForeign, type ImportRules } from './imported-records.js';

export type VectoredMemory = Pick<NewMemory, 'coordinate' | 'payload' | 'type' | 'importance' | 'expiresAt'>;

export interface GivenVectorPlaces {
  readonly target: Pick<ImportTarget, 'memories'>;
  readonly normalizers: Pick<ImportanceNormalizers, 'apply'>;
  /** Whose vectors the given ones are compared with. */
  readonly embeddings: { readonly space: string; readonly dimension: number };
}

/**
 * Stores memories with vectors that their callers have computed: vectors find them by these, whatever their texts say, until a
 * write changes the text, or vectors of another model take the place of all.
 */
export class GivenVectorService {
  constructor(
    private readonly places: GivenVectorPlaces,
    private readonly rules: ImportRules,
  ) {}

  /**
   * What is at the coordinate becomes the next version.
   *
   * @param vector of any length but 0; only its direction counts
   * @throws InvalidRequestError naming `vector` when it is not of the configured dimension; StoreUnavailableError
   */
  async store(namespace: Namespace, memory: VectoredMemory, vector: ArrayLike<number>): Promise<void> {
    const { target, normalizers, embeddings } = this.places;
    const values = this.unit(vector);
    const taken = fromForeign(namespace, memory, { ...this.rules, now: new Date() });
    const [normalized] = await normalizers.apply([{ ...taken, namespace }]);
    const importanceNorm = normalized?.importanceNorm ?? 0;
    const given = { ...taken, importanceNorm, vector: { space: embeddings.space, values }, isNew: true };
    await target.memories(namespace, [given], 'replace');
  }

  private unit(vector: ArrayLike<number>): Float32Array {
    const { dimension } = this.places.embeddings;
    const values = Array.from(vector);
    if (values.length !== dimension) {
      throw new InvalidRequestError('vector', `must have ${dimension} numbers, and has ${values.length}`);
    }
    const length = Math.hypot(...values);
    if (!Number.isFinite(length) || length === 0) {
      throw new InvalidRequestError('vector', 'must consist of finite numbers that are not all 0');
    }
    return Float32Array.from(values, (value) => value / length);
  }
}
