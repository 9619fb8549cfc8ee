import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { GUARD_FUNCTION, GUARD_TRIGGER } from './namespace-moves/guard.sql.js';

/** How far a namespace was renamed; the last rename of each is kept, so that its request is answered again. */
export class NamespaceMoves1764661000000 implements MigrationInterface {
  readonly name = 'NamespaceMoves1764661000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE namespace_moves (
      source text COLLATE "C" NOT NULL,
      target text COLLATE "C" NOT NULL,
      id uuid NOT NULL,
      phase text NOT NULL DEFAULT 'copying',
      position bigint NOT NULL,
      place jsonb,
      memories bigint NOT NULL DEFAULT 0,
      links bigint NOT NULL DEFAULT 0,
      moved_at timestamptz(3),
      CONSTRAINT namespace_moves_pkey PRIMARY KEY (source),
      CONSTRAINT namespace_moves_phase_check CHECK (phase IN ('copying', 'following', 'closed', 'moved', 'done'))
    )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX namespace_moves_target_idx ON namespace_moves (target) WHERE (phase <> 'done')`,
    );
    await queryRunner.query(GUARD_FUNCTION);
    await queryRunner.query(withBriefLock(GUARD_TRIGGER));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('DROP TRIGGER memory_events_guarded ON memory_events'));
    await queryRunner.query('DROP FUNCTION soma_guard_moves()');
    await queryRunner.query('DROP TABLE namespace_moves');
  }
}
