/** What a ledger row says: every column but its place in the table and the hashes themselves. */
const SAID = [
  'id',
  'event_id',
  'namespace',
  'type',
  '"timestamp"',
  'payload',
  'payload_form',
  'announced',
  'coordinate_key',
  'coordinate',
  'memory_type',
  'version',
  'importance',
  'content_hash',
  'memory_id',
  'created_version',
  'created_at',
  'updated_at',
  'importance_norm',
  'expires_at',
];

/**
 * The binary form says every value exactly, whatever time zone or precision of numbers a session has chosen. A text that
 * was added later counts where there is one, so that rows from before keep their hash.
 */
const hashOf = (row: string, texts: readonly string[]) => {
  const said = `record_send(ROW(${SAID.map((name) => `${row}.${name}`).join(', ')}))`;
  const added = texts.map((name) => ` || coalesce(convert_to(${row}.${name}, 'UTF8'), '')`).join('');
  return `sha256(coalesce(${row}.previous_hash, '') || ${said}${added})`;
};

/**
 * A ledger row is hashed as it is written, together with the hash of the version before it: a chain per coordinate. What
 * older versions of the service write in a rolling update is converted later, so it stays without a hash; a row that
 * brings its hash along, from a dump, keeps it.
 *
 * The function is volatile, so that it sees versions that others committed while this statement waited for the memory,
 * and those that the statement itself has just written.
 *
 * @param texts columns that later migrations have added, as texts
 */
export const ledgerHashes = (texts: readonly string[]) => [
  `CREATE OR REPLACE FUNCTION soma_ledger_hash(entry memory_events) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ${hashOf('entry', texts)} $$`,
  `CREATE OR REPLACE FUNCTION soma_chain_ledger() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    IF NEW.version > 1 THEN
      NEW.previous_hash := (SELECT e.entry_hash FROM memory_events e
        WHERE e.namespace = NEW.namespace AND e.coordinate_key = NEW.coordinate_key AND e.version = NEW.version - 1);
    END IF;
    NEW.entry_hash := ${hashOf('NEW', texts)};
    RETURN NEW;
  END
  $$`,
];

export const LEDGER_HASHES_UP = ledgerHashes([]);

export const LEDGER_HASHES_TRIGGER = `CREATE TRIGGER memory_events_chained BEFORE INSERT ON memory_events
  FOR EACH ROW WHEN (NEW.entry_hash IS NULL AND NEW.payload_form <> 'enriched') EXECUTE FUNCTION soma_chain_ledger()`;

export const LEDGER_HASHES_DOWN = [
  'DROP FUNCTION soma_chain_ledger()',
  'DROP FUNCTION soma_ledger_hash(memory_events)',
];
