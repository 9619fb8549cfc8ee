import { EMPTY_OVERLAY, type Overlay } from '@sfm/memory';
import type { PointTable } from '../points/point-table.js';

/**
 * The parts of overlays that an index does not hold yet: one that follows the ledger holds nearly all of them. Remembered by
 * overlay, because one recall searches several times.
 */
export class OverlayAhead {
  readonly #reduced = new WeakMap<Overlay, Overlay>();

  constructor(private readonly table: Pick<PointTable<unknown>, 'isNewer'>) {}

  of(overlay: Overlay): Overlay {
    if (overlay.points.length === 0) return overlay;
    const known = this.#reduced.get(overlay) ?? this.#reduce(overlay);
    this.#reduced.set(overlay, known);
    return known;
  }

  #reduce(overlay: Overlay): Overlay {
    const { hidden, points } = overlay;
    const newer = points.filter(({ key, version }) => this.table.isNewer(key, version));
    if (newer.length === points.length) return overlay;
    if (newer.length === 0 && hidden.size === points.length) return EMPTY_OVERLAY;
    const held = new Set(points.map(({ key }) => key));
    for (const { key } of newer) held.delete(key);
    return { hidden: new Set([...hidden].filter((key) => !held.has(key))), points: newer };
  }
}
