import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets an event take the trace context of its request along, until a relay publishes it. Programs that do not know the
 * column go on as before.
 *
 * Adding it changes no row, but wants the table for itself for an instant. Behind a relay that is publishing, that wait
 * would make every write wait too: so it is short, and tried again.
 */
export class OutboxTraceparent1763769600000 implements MigrationInterface {
  readonly name = 'OutboxTraceparent1763769600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(changeOutbox('ADD COLUMN traceparent text'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(changeOutbox('DROP COLUMN traceparent'));
  }
}

const TRIES = 120;

const changeOutbox = (change: string) => `
DO $$
BEGIN
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR attempt IN 1..${TRIES} LOOP
    BEGIN
      ALTER TABLE outbox ${change};
      PERFORM set_config('lock_timeout', '0', true);
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      IF attempt = ${TRIES} THEN RAISE; END IF;
      PERFORM pg_sleep(0.5);
    END;
  END LOOP;
END
$$`;
