import type { IndexChange } from '../../index-model/index-point.js';
import type { RecallIndexName } from '../../index-model/index-readiness.port.js';
import type { LexicalIndex } from '../../index-model/lexical-index.port.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import type { Namespace } from '../../model/namespace.js';
import type { IndexRoom } from '../room/index-room.js';

/** What an index must offer to be filled and emptied. */
export type FilledIndex = Pick<VectorIndex | LexicalIndex, 'apply' | 'clear'>;

/**
 * An in-process index as changes are applied to it, within the room there is: one that has been given up is emptied and
 * takes nothing; one that takes no more forgets what changes, so that what it holds stays true.
 */
export class RoomBoundIndex implements FilledIndex {
  private readonly namespaces = new Set<Namespace>();

  constructor(
    private readonly name: RecallIndexName,
    private readonly index: FilledIndex,
    private readonly room: Pick<IndexRoom, 'admits' | 'stateOf'>,
  ) {}

  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    if (this.room.admits(this.name)) {
      this.namespaces.add(namespace);
      await this.index.apply(namespace, changes);
    } else if (this.room.stateOf(this.name) === 'none') {
      for (const held of this.namespaces) await this.clear(held);
    } else {
      await this.index.apply(namespace, changes.map(toRemoval));
    }
  }

  async clear(namespace: Namespace): Promise<void> {
    await this.index.clear(namespace);
    this.namespaces.delete(namespace);
  }
}

function toRemoval(change: IndexChange): IndexChange {
  return change.kind === 'remove' ? change : { kind: 'remove', key: change.point.key, version: change.point.version };
}
