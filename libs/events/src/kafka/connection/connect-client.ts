interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

const DISCONNECT_MS = 2000;

/**
 * Connects the client and resolves with it. A client that fails to connect may already have opened its socket and
 * started timers, which only a disconnect ends; so the client is disconnected when connecting fails.
 *
 * @throws the error that prevented the connection
 */
export async function connectClient<T extends Client>(client: T): Promise<T> {
  try {
    await client.connect();
    return client;
  } catch (error) {
    await disconnectWithin(DISCONNECT_MS, client);
    throw error;
  }
}

/**
 * Resolves when the client has disconnected, failed to disconnect, or exceeded the timeout: a broker that does not
 * answer must not block.
 */
export async function disconnectWithin(timeoutMs: number, client: Pick<Client, 'disconnect'>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
  await Promise.race([client.disconnect().catch(() => undefined), late]);
  clearTimeout(timer);
}
