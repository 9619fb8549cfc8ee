/**
 * Driver options of every connection that may sit idle for long. The system's own default notices a host that went away
 * without a word after two hours. With a delay given, Node asks every second from then on and gives up after ten
 * questions without an answer: it takes about 20 seconds.
 */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
