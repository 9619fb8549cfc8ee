import type { BackupManifest } from '@sfm/backup';
import { pushGauges } from '@sfm/observability';

/** Reports the result of a backup to a Pushgateway, under job `soma_backup` and its kind. */
export async function reportBackup(gateway: string, backup: BackupManifest, seconds: number): Promise<void> {
  const bytes = backup.artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
  await pushGauges(gateway, { job: 'soma_backup', groupings: { kind: backup.kind } }, [
    {
      name: 'soma_backup_last_success_timestamp_seconds',
      help: 'When the last complete backup was begun, epoch seconds',
      value: Date.parse(backup.createdAt) / 1000,
    },
    { name: 'soma_backup_size_bytes', help: 'Size of the last complete backup', value: bytes },
    { name: 'soma_backup_duration_seconds', help: 'How long the last complete backup took', value: seconds },
  ]);
}
