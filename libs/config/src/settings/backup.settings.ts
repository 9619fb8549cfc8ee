import { integer, text, url } from '../kinds/setting-kinds.js';

/** `soma backup`: where backups are kept. */
export const backupSettings = {
  target: text({
    name: 'SOMA_BACKUP_TARGET',
    fallback: undefined,
    allowed: 's3://bucket/prefix, file:///folder or the path of a folder',
    description: 'Where `soma backup` keeps backups.',
  }),
  keepDays: integer({
    name: 'SOMA_BACKUP_KEEP_DAYS',
    fallback: 30,
    min: 1,
    max: 3650,
    unit: 'days',
    description: 'How long a backup is kept. The newest of each kind is never removed.',
  }),
  s3Endpoint: url({
    name: 'SOMA_BACKUP_S3_ENDPOINT',
    schemes: ['http', 'https'],
    fallback: undefined,
    description: 'Address of an S3-compatible server; AWS without it.',
  }),
  s3Region: text({
    name: 'AWS_REGION',
    fallback: 'us-east-1',
    description: 'Region of the bucket.',
  }),
  s3AccessKeyId: text({
    name: 'AWS_ACCESS_KEY_ID',
    fallback: undefined,
    secret: 'whole',
    description: 'Key for the bucket. Without it the identity of the machine or the service account is used.',
  }),
  s3SecretAccessKey: text({
    name: 'AWS_SECRET_ACCESS_KEY',
    fallback: undefined,
    secret: 'whole',
    description: 'Secret of that key.',
  }),
  pushgatewayUrl: url({
    name: 'SOMA_BACKUP_PUSHGATEWAY_URL',
    schemes: ['http', 'https'],
    fallback: undefined,
    description: 'Prometheus Pushgateway that is told about every finished backup.',
  }),
};
