/**
 * Driver options of connections that may be idle for long. By default the system notices a silently lost host after two
 * hours. With a delay given, Node then probes every second and gives up after ten probes without an answer: about 20
 * seconds in all.
 */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
