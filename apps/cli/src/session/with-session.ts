import { openClient } from '../opening/open-client.js';
import type { ConnectionFlags } from '../connection/flags.js';
import { interruptible } from './interruption.js';
import { Output } from './output.js';
import type { Session } from './session.js';

/** Runs `work` on the memories that the flags, the environment and the profile name. */
export async function withSession(flags: ConnectionFlags, work: (session: Session) => Promise<void>): Promise<void> {
  await interruptible(async (signal) => {
    const { client, namespace } = await openClient(flags, signal);
    try {
      await work({ client, output: new Output(), isJson: flags.json === true, namespace, signal });
    } finally {
      await client.close();
    }
  });
}
