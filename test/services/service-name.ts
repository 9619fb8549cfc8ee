export const SERVICES = ['postgres', 'redis', 'qdrant', 'kafka'] as const;

/** A kind of server that tests can ask for. */
export type ServiceName = (typeof SERVICES)[number];
