/** Hears NOTIFY on one channel, for as long as it is open, over reconnects. What is missed while away is the caller's poll to find. */
import pg from 'pg';

export interface Listener {
  /** False from the moment at which the connection is known to be lost until the channel is heard again, which calls `heard` once. */
  hearing(): boolean;
  close(): Promise<void>;
}

/** Long enough not to hammer a database that starts, short enough that a poll interval hides it. */
const RECONNECT_MS = 1_000;

/** `heard` is given what was said; nothing where something may have been missed. */
export function listen(url: string, channel: string, heard: (said?: string) => void): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let hearing = false;
  let closed = false;

  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({ connectionString: url, application_name: 'watchpost listener', keepAlive: true });
    const lost = (): void => {
      if (client !== fresh) return;
      hearing = false;
      if (closed || timer) return;
      timer = setTimeout(() => { timer = undefined; void connect(); }, RECONNECT_MS);
    };
    fresh.on('error', lost);
    fresh.on('end', lost);
    fresh.on('notification', ({ payload }) => heard(payload));
    client = fresh;
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${channel}`);
      hearing = !closed;
      // Something may have been said while nobody listened.
      heard();
    } catch {
      lost();
      await fresh.end().catch(() => {});
    }
  };
  void connect();

  return {
    hearing: () => hearing,
    async close() {
      closed = true;
      hearing = false;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
