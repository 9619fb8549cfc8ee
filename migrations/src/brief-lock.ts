const TRIES = 120;

/**
 * A statement that changes no row but wants a table for itself for an instant. Behind a long statement that wait would make
 * every other statement wait too: so it is short, and tried again for a minute and more.
 */
export const withBriefLock = (statement: string) => `
DO $$
BEGIN
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR attempt IN 1..${TRIES} LOOP
    BEGIN
      ${statement};
      PERFORM set_config('lock_timeout', '0', true);
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      IF attempt = ${TRIES} THEN RAISE; END IF;
      PERFORM pg_sleep(0.5);
    END;
  END LOOP;
END
$$`;
