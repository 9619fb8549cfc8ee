/**
 * `memory_events` is the ledger, one immutable row per change. The first six columns are what existing operators and
 * tools query; `payload` is the caller's payload with `memory_type`, `coordinate`, `importance_norm` and, for episodic
 * memories, `timestamp`. The other columns are null for events of producers that do not know them.
 * Rows can only be changed by a session that declares an erasure: `SET LOCAL soma.erasure = 'on'`.
 *
 * `outbox` names the ledger rows that are not yet on the event bus. `id` grows with the version of a coordinate.
 * It is a queue: vacuumed often, so that its head stays cheap to find.
 */
export const LEDGER_UP = [
  `CREATE TABLE memory_events (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    type text NOT NULL,
    "timestamp" double precision NOT NULL,
    payload jsonb NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    coordinate_key text COLLATE "C",
    coordinate double precision[],
    memory_type text,
    version integer,
    importance double precision,
    content_hash bytea,
    CONSTRAINT memory_events_pkey PRIMARY KEY (id),
    CONSTRAINT memory_events_version_key UNIQUE (namespace, coordinate_key, version)
  )`,
  `CREATE INDEX ix_memory_events_namespace_timestamp ON memory_events (namespace, "timestamp")`,
  `CREATE INDEX ix_memory_events_event_id ON memory_events (event_id)`,
  `CREATE FUNCTION soma_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF coalesce(current_setting('soma.erasure', true), '') <> 'on' THEN
      RAISE EXCEPTION 'memory_events is immutable: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
  END
  $$`,
  `CREATE TRIGGER memory_events_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON memory_events
    FOR EACH STATEMENT EXECUTE FUNCTION soma_refuse_ledger_change()`,
  `CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    coordinate_key text COLLATE "C" NOT NULL,
    version integer,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    available_at timestamptz(3) NOT NULL DEFAULT now(),
    parked_at timestamptz(3),
    last_error text,
    CONSTRAINT outbox_pkey PRIMARY KEY (id)
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000)`,
  `CREATE INDEX outbox_coordinate_idx ON outbox (namespace, coordinate_key, id)`,
];

export const LEDGER_DOWN = [
  'DROP TABLE outbox',
  'DROP TABLE memory_events',
  'DROP FUNCTION soma_refuse_ledger_change()',
];
