interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

const DISCONNECT_MS = 2000;

/**
 * Resolves with the client, connected. A client that failed may have opened its socket before, with the timers that go
 * with it, and ends them only when it is disconnected: it is, whatever comes of that.
 *
 * @throws what kept it from connecting
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

/** Resolves when the client has disconnected, failed to, or takes longer: what a broker does not answer is not waited for. */
export async function disconnectWithin(timeoutMs: number, client: Pick<Client, 'disconnect'>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
  await Promise.race([client.disconnect().catch(() => undefined), late]);
  clearTimeout(timer);
}
