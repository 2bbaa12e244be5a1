/** Hears NOTIFY on one channel, for as long as it is open, over reconnects. What is missed while away is the caller's poll to find. */
import pg from 'pg';

export interface Listener {
  close(): Promise<void>;
}

/** Long enough not to hammer a database that starts, short enough that a poll interval hides it. */
const RECONNECT_MS = 1_000;

export function listen(url: string, channel: string, heard: () => void): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const again = (): void => {
    if (closed || timer) return;
    timer = setTimeout(() => { timer = undefined; void connect(); }, RECONNECT_MS);
  };
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({ connectionString: url, application_name: 'watchpost listener', keepAlive: true });
    fresh.on('error', again);
    fresh.on('end', again);
    fresh.on('notification', heard);
    client = fresh;
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${channel}`);
      // Something may have been said while nobody listened.
      heard();
    } catch {
      again();
    }
  };
  void connect();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
