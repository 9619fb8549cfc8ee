/** Class of the locks on single namespaces: `NAMESPACE_LOCK_CLASS` of the service. */
const NAMESPACE_LOCK_CLASS = 0x534f4d42;

/** SQLSTATE of a change that is refused, with the namespace as its detail. */
export const NAMESPACE_MOVING = 'SFM01';

/**
 * Refuses changes of what is being moved to another namespace: of everything while the last of it is copied, and of what was
 * moved until it is removed. Every change has a row in the ledger, so every statement is covered without knowing of it, those
 * of older processes in a rolling update too. What another producer deleted and was not there changes nothing.
 *
 * The function is volatile: it sees what was committed until now, whatever the statement sees. So whoever was not refused has
 * written before, and is waited for.
 *
 * Whoever renames holds the lock of the namespace. Where nobody does, he died or gave up: the namespace is open again, and the
 * rename has to follow what is written. The lock is kept until the change has ended, so that no rename goes on meanwhile.
 */
export const GUARD_FUNCTION = `CREATE FUNCTION soma_guard_moves() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  move namespace_moves%ROWTYPE;
BEGIN
  SELECT * INTO move FROM namespace_moves m WHERE m.source = NEW.namespace AND m.phase IN ('closed', 'moved');
  IF move.phase IS NULL OR NEW.version IS NULL AND NEW.type = 'deleted' OR NEW.created_at > move.moved_at THEN
    RETURN NEW;
  END IF;
  IF move.phase = 'closed' AND pg_try_advisory_xact_lock(${NAMESPACE_LOCK_CLASS}, hashtext(NEW.namespace)) THEN
    UPDATE namespace_moves m SET phase = 'following', place = NULL WHERE m.source = NEW.namespace AND m.phase = 'closed';
    IF FOUND THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = '${NAMESPACE_MOVING}', MESSAGE = 'the namespace is being renamed', DETAIL = NEW.namespace;
END
$$`;

/** Whoever moves and removes says so. */
export const GUARD_TRIGGER = `CREATE TRIGGER memory_events_guarded BEFORE INSERT ON memory_events
  FOR EACH ROW WHEN (current_setting('soma.moves', true) IS DISTINCT FROM 'true') EXECUTE FUNCTION soma_guard_moves()`;
