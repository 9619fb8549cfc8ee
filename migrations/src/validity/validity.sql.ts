/**
 * What a row says of its validity: what was sent with it, and of what is held there already, who supersedes it. That is
 * what others say, so no write of the memory itself changes it.
 */
export const VALIDITY_FUNCTION = `CREATE OR REPLACE FUNCTION soma_validity(sent jsonb, held jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN held ? 'superseded_by' THEN coalesce(sent, '{}') || jsonb_build_object(
    'superseded_by', held -> 'superseded_by', 'superseded_at', held -> 'superseded_at') ELSE sent END $$`;

/**
 * Who supersedes a memory whose deletion is taken back: those that did when it ended, as far as they live and still say so.
 * What was stored at the coordinate in between is another memory, so the ledger is asked and not only those who name it.
 */
export const SUPERSEDED_FUNCTION = `CREATE OR REPLACE FUNCTION soma_superseded(wanted_namespace text, wanted_key text)
  RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object('superseded_by', jsonb_object_agg(m.coordinate_key, m.validity -> 'valid_from'),
    'superseded_at', min((m.validity ->> 'valid_from')::numeric))
  FROM (
    SELECT e.validity FROM memory_events e
    WHERE e.namespace = wanted_namespace AND e.coordinate_key = wanted_key AND e.version IS NOT NULL AND e.type <> 'deleted'
    ORDER BY e.version DESC LIMIT 1
  ) AS lived
  CROSS JOIN LATERAL jsonb_object_keys(lived.validity -> 'superseded_by') AS newer (key)
  JOIN memories m ON m.namespace = wanted_namespace AND m.coordinate_key = newer.key AND m.deleted_at IS NULL
    AND m.validity -> 'supersedes' ? wanted_key
  HAVING count(*) > 0 $$`;

const supersededBy = (row: string) =>
  `CASE WHEN ${row}.deleted_at IS NULL THEN coalesce(${row}.validity -> 'supersedes', '[]') ELSE '[]' END`;

/**
 * Lets the memories know that a row supersedes, or supersedes no more: each gets a version that says by whom and from
 * when on, with its ledger row and outbox row.
 *
 * As a trigger, so that every statement that writes or ends a memory is covered without knowing of it. Rows are locked in
 * key order. What does not live at a coordinate is not superseded: writers check that before.
 */
export const SUPERSEDE_FUNCTION = `CREATE OR REPLACE FUNCTION soma_supersede() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  listed jsonb := ${supersededBy('NEW')};
  listed_before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN ${supersededBy('OLD')} ELSE '[]' END;
  since jsonb := coalesce(NEW.validity -> 'valid_from', to_jsonb(floor(extract(epoch FROM NEW.updated_at) * 1000)));
  older memories%ROWTYPE;
  known jsonb;
  newer jsonb;
  wanted jsonb;
  entry uuid;
BEGIN
  FOR older IN
    SELECT m.* FROM memories m
    WHERE m.namespace = NEW.namespace AND m.coordinate_key <> NEW.coordinate_key AND m.coordinate_key IN (
      SELECT jsonb_array_elements_text(listed) UNION SELECT jsonb_array_elements_text(listed_before))
      AND m.deleted_at IS NULL
    ORDER BY m.coordinate_key COLLATE "C"
    FOR UPDATE
  LOOP
    known := coalesce(older.validity -> 'superseded_by', '{}');
    IF NOT listed ? older.coordinate_key THEN
      newer := known - NEW.coordinate_key;
    ELSIF older.expires_at IS NULL OR older.expires_at > now() THEN
      newer := known || jsonb_build_object(NEW.coordinate_key, since);
    ELSE
      newer := known;
    END IF;
    CONTINUE WHEN newer = known;
    wanted := coalesce(older.validity, '{}') - 'superseded_by' - 'superseded_at';
    IF newer <> '{}' THEN
      wanted := wanted || jsonb_build_object('superseded_by', newer, 'superseded_at',
        (SELECT min(e.value::numeric) FROM jsonb_each_text(newer) AS e));
    END IF;
    UPDATE memories SET validity = nullif(wanted, '{}'), version = version + 1, updated_at = greatest(updated_at, NEW.updated_at),
      payload_text_version = CASE WHEN payload_text_version = version THEN version + 1 END
    WHERE namespace = older.namespace AND coordinate_key = older.coordinate_key
    RETURNING * INTO older;
    entry := gen_random_uuid();
    INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form, announced, coordinate_key,
      coordinate, memory_type, version, importance, content_hash, memory_id, created_version, created_at, updated_at,
      importance_norm, expires_at, payload_text, validity)
    VALUES (entry, entry, older.namespace, 'updated', extract(epoch FROM older.updated_at)::double precision, older.payload,
      'sent', false, older.coordinate_key, older.coordinate, older.type, older.version, older.importance, older.content_hash,
      older.id, older.created_version, older.created_at, older.updated_at, older.importance_norm, older.expires_at,
      CASE WHEN older.payload_text_version = older.version THEN older.payload_text END, older.validity);
    INSERT INTO outbox (event_id, namespace, coordinate_key, version)
    VALUES (entry, older.namespace, older.coordinate_key, older.version);
  END LOOP;
  RETURN NULL;
END
$$`;

/** A replay brings along what is superseded, version by version. */
const NO_REPLAY = `current_setting('soma.is_replay', true) IS DISTINCT FROM 'true'`;

/** Memories that supersede nothing are told by one look at a null. */
export const SUPERSEDE_TRIGGERS = [
  `CREATE TRIGGER memories_supersede_new AFTER INSERT ON memories
  FOR EACH ROW WHEN (NEW.validity ? 'supersedes' AND ${NO_REPLAY}) EXECUTE FUNCTION soma_supersede()`,
  `CREATE TRIGGER memories_supersede AFTER UPDATE OF validity, deleted_at ON memories
  FOR EACH ROW WHEN (
    (OLD.validity ? 'supersedes' OR NEW.validity ? 'supersedes')
    AND ((OLD.validity -> 'supersedes') IS DISTINCT FROM (NEW.validity -> 'supersedes')
      OR (OLD.validity -> 'valid_from') IS DISTINCT FROM (NEW.validity -> 'valid_from')
      OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)
      OR OLD.created_version <> NEW.created_version)
    AND ${NO_REPLAY})
  EXECUTE FUNCTION soma_supersede()`,
];
