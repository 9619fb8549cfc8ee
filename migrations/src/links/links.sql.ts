/**
 * `from_life` and `to_life` are the `created_version` of the memory at that end when the link was written, null where none
 * lived. Such an end is a bare coordinate: it has nothing to go with, until a memory lives there and is deleted.
 *
 * A coordinate's links are read in the order in which they were made (`id`), and by paths the cheapest first, either way.
 */
const INDEXES: readonly (readonly [name: string, columns: string])[] = [
  ['memory_links_from_idx', 'UNIQUE (namespace, from_key, id)'],
  ['memory_links_to_idx', 'UNIQUE (namespace, to_key, id)'],
  ['memory_links_cheapest_from_idx', '(namespace, from_key, weight, id) INCLUDE (to_key, link_type)'],
  ['memory_links_cheapest_to_idx', '(namespace, to_key, weight, id) INCLUDE (from_key, link_type)'],
];

/** True for a link that was written when the memory at that end lived, or before that: it ends with the memory. */
const endedWith = (end: 'from' | 'to') => `l.namespace = OLD.namespace AND l.${end}_key = OLD.coordinate_key
      AND (l.${end}_life IS NOT NULL OR OLD.expires_at IS NULL OR l.updated_at < OLD.expires_at)`;

/**
 * A memory's links end with its life: when it is deleted, by whomever, and when a new life begins at the coordinate of an
 * expired one. As a trigger, so that every statement that ends a life is covered without knowing of it, those of older
 * processes in a rolling update too.
 */
export const LINKS_UP = [
  `ALTER TABLE memory_links
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN metadata_text text,
    ADD COLUMN from_life integer,
    ADD COLUMN to_life integer`,
  'DROP INDEX memory_links_to_idx',
  ...INDEXES.map(([name, columns]) => {
    const isUnique = columns.startsWith('UNIQUE ');
    return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${name} ON memory_links ${columns.replace('UNIQUE ', '')}`;
  }),
  `CREATE FUNCTION soma_end_links() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM memory_links l WHERE ${endedWith('from')};
    DELETE FROM memory_links l WHERE ${endedWith('to')};
    RETURN NULL;
  END
  $$`,
];

export const LINKS_TRIGGER = `CREATE TRIGGER memories_links_gone AFTER UPDATE OF deleted_at, created_version ON memories
  FOR EACH ROW WHEN (OLD.deleted_at IS NULL
    AND (NEW.deleted_at IS NOT NULL OR NEW.created_version <> OLD.created_version))
  EXECUTE FUNCTION soma_end_links()`;

export const LINKS_DOWN = [
  'DROP FUNCTION soma_end_links()',
  ...INDEXES.map(([name]) => `DROP INDEX ${name}`),
  'CREATE INDEX memory_links_to_idx ON memory_links (namespace, to_key)',
  `ALTER TABLE memory_links DROP COLUMN id, DROP COLUMN version, DROP COLUMN metadata_text,
    DROP COLUMN from_life, DROP COLUMN to_life`,
];

/**
 * As `LINKS_TRIGGER`, and also when a memory that had expired goes on: what has expired is gone, whether its row was removed
 * before it was taken back or not.
 */
export const LINKS_TRIGGER_OF_EXPIRED = `CREATE OR REPLACE TRIGGER memories_links_gone
  AFTER UPDATE OF deleted_at, created_version, version ON memories
  FOR EACH ROW WHEN (OLD.deleted_at IS NULL
    AND (NEW.deleted_at IS NOT NULL OR NEW.created_version <> OLD.created_version
      OR NEW.version <> OLD.version AND OLD.expires_at <= NEW.updated_at))
  EXECUTE FUNCTION soma_end_links()`;
