import type { Setting, SettingValue } from './kinds/setting.js';
import { backupSettings } from './settings/backup.settings.js';
import { clientSettings } from './settings/client.settings.js';
import { databaseSettings } from './settings/database.settings.js';
import { embeddingSettings } from './settings/embedding.settings.js';
import { oidcSettings } from './settings/oidc.settings.js';
import { grpcSettings } from './settings/grpc.settings.js';
import { authSettings, httpSettings, rateLimitSettings } from './settings/http.settings.js';
import { kafkaSettings } from './settings/kafka.settings.js';
import { lifecycleSettings } from './settings/lifecycle.settings.js';
import { limitsSettings } from './settings/limits.settings.js';
import { loggingSettings, telemetrySettings } from './settings/observability.settings.js';
import { qdrantSettings } from './settings/qdrant.settings.js';
import { contextSettings, recallSettings } from './settings/recall.settings.js';
import { redisSettings } from './settings/redis.settings.js';
import { serviceSettings } from './settings/service.settings.js';

/** Every setting, at its place in the tree. The one source of parsing, defaults, documentation and masking. */
export const SETTINGS = {
  service: serviceSettings,
  http: httpSettings,
  grpc: grpcSettings,
  auth: authSettings,
  oidc: oidcSettings,
  rateLimit: rateLimitSettings,
  limits: limitsSettings,
  lifecycle: lifecycleSettings,
  database: databaseSettings,
  embedding: embeddingSettings,
  recall: recallSettings,
  context: contextSettings,
  logging: loggingSettings,
  telemetry: telemetrySettings,
  redis: redisSettings,
  qdrant: qdrantSettings,
  kafka: kafkaSettings,
  backup: backupSettings,
  client: clientSettings,
} as const;

export type SettingGroup = keyof typeof SETTINGS;

/** Headings of the groups on the reference page and in the printed configuration. */
export const GROUP_TITLES: Readonly<Record<SettingGroup, string>> = {
  service: 'Service',
  http: 'HTTP',
  grpc: 'gRPC',
  auth: 'Authentication',
  oidc: 'Tokens of an OpenID issuer',
  rateLimit: 'Rate limit',
  limits: 'Limits of a request',
  lifecycle: 'Life of memories',
  database: 'PostgreSQL',
  embedding: 'Embeddings',
  recall: 'Recall',
  context: 'Context fields',
  logging: 'Logs',
  telemetry: 'Metrics and traces',
  redis: 'Redis',
  qdrant: 'Qdrant',
  kafka: 'Kafka',
  backup: 'Backups',
  client: 'Command line',
};

/** The typed tree: group, then setting, with every default filled in. */
export type SettingsTree = {
  readonly [G in SettingGroup]: {
    readonly [K in keyof (typeof SETTINGS)[G]]: SettingValue<(typeof SETTINGS)[G][K]>;
  };
};

/** A row of the table together with its place in the tree. */
export interface SettingPlace {
  readonly group: SettingGroup;
  readonly key: string;
}

/** Calls `visit` for every row, in the order of the table. */
export function forEachSetting(visit: (setting: Setting<unknown>, place: SettingPlace) => void): void {
  for (const group of settingGroups()) {
    for (const [key, setting] of Object.entries<unknown>(SETTINGS[group])) {
      if (isSetting(setting)) visit(setting, { group, key });
    }
  }
}

export function settingGroups(): SettingGroup[] {
  const groups: Record<SettingGroup, unknown> = SETTINGS;
  return Object.keys(groups).filter((name): name is SettingGroup => Object.hasOwn(SETTINGS, name));
}

function isSetting(row: unknown): row is Setting<unknown> {
  return typeof row === 'object' && row !== null && 'schema' in row;
}
