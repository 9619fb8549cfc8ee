/**
 * `memories` holds the current state, one row per coordinate that was ever written; a deletion leaves the row as a
 * tombstone without content, so that versions never restart. Content hash, payload and text go with the deletion.
 *
 * - `id` comes from a sequence in the order in which coordinates were first written; it pages and breaks ties.
 * - `created_version` is the version that began the present life: equal to `version` means "just created".
 * - Names compare by bytes ("C"), so that order and locks do not depend on the server's locale.
 * - `fillfactor` leaves room for access figures to be noted in place, without touching any index.
 * - Embeddings are not compressible: EXTERNAL spares the attempt.
 */
export const MEMORIES_UP = [
  `CREATE TABLE namespaces (
    name text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT namespaces_pkey PRIMARY KEY (name)
  )`,
  `CREATE SEQUENCE memories_id_seq AS bigint`,
  `CREATE TABLE memories (
    namespace text COLLATE "C" NOT NULL,
    coordinate_key text COLLATE "C" NOT NULL,
    id bigint NOT NULL DEFAULT nextval('memories_id_seq'),
    coordinate double precision[] NOT NULL,
    version integer NOT NULL,
    created_version integer NOT NULL,
    indexed_version integer NOT NULL DEFAULT 0,
    access_count integer NOT NULL DEFAULT 0,
    type text NOT NULL,
    payload jsonb,
    searched_text text NOT NULL DEFAULT '',
    session text COLLATE "C",
    importance double precision,
    importance_norm double precision NOT NULL DEFAULT 0,
    content_hash bytea,
    embedding bytea,
    embedding_space text,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    last_accessed_at timestamptz(3),
    expires_at timestamptz(3),
    deleted_at timestamptz(3),
    CONSTRAINT memories_pkey PRIMARY KEY (namespace, coordinate_key),
    CONSTRAINT memories_type_check CHECK (type IN ('episodic', 'semantic')),
    CONSTRAINT memories_coordinate_check CHECK (cardinality(coordinate) >= 1),
    CONSTRAINT memories_version_check CHECK (version >= created_version AND created_version >= 1),
    CONSTRAINT memories_indexed_version_check CHECK (indexed_version BETWEEN 0 AND version),
    CONSTRAINT memories_importance_norm_check CHECK (importance_norm BETWEEN 0 AND 1),
    CONSTRAINT memories_embedding_check CHECK ((embedding IS NULL) = (embedding_space IS NULL)),
    CONSTRAINT memories_tombstone_check CHECK (
      CASE WHEN deleted_at IS NULL THEN payload IS NOT NULL AND content_hash IS NOT NULL
      ELSE payload IS NULL AND content_hash IS NULL AND searched_text = '' AND session IS NULL
        AND importance IS NULL AND embedding IS NULL AND expires_at IS NULL
      END
    )
  ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)`,
  `ALTER SEQUENCE memories_id_seq OWNED BY memories.id`,
  `ALTER TABLE memories ALTER COLUMN embedding SET STORAGE EXTERNAL`,
  // Listing and counting: the included columns let both skip dead rows without visiting the table.
  `CREATE UNIQUE INDEX memories_namespace_id_idx ON memories (namespace, id) INCLUDE (type, deleted_at, expires_at)`,
  `CREATE INDEX memories_session_idx ON memories (namespace, session, id)
    WHERE session IS NOT NULL AND deleted_at IS NULL`,
  // The overlay of recall: nearly always nearly empty.
  `CREATE INDEX memories_unindexed_idx ON memories (namespace) WHERE indexed_version < version`,
  `CREATE INDEX memories_expires_at_idx ON memories (expires_at) WHERE expires_at IS NOT NULL`,
  `CREATE TABLE memory_links (
    namespace text COLLATE "C" NOT NULL,
    from_key text COLLATE "C" NOT NULL,
    to_key text COLLATE "C" NOT NULL,
    link_type text COLLATE "C" NOT NULL,
    weight double precision NOT NULL DEFAULT 1,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT memory_links_pkey PRIMARY KEY (namespace, from_key, link_type, to_key)
  )`,
  `CREATE INDEX memory_links_to_idx ON memory_links (namespace, to_key)`,
];

export const MEMORIES_DOWN = ['DROP TABLE memory_links', 'DROP TABLE memories', 'DROP TABLE namespaces'];
