/** Picks TCP ports on 127.0.0.1. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below 32768, where systems begin to take ports for outgoing connections: one taken there could steal a stopped server's port before it starts again.
const FIRST_PORT = 10_000;
const PORT_AFTER_LAST = 32_768;
// With thousands of ports free, this many misses mean that something else is wrong.
const MAX_TRIES = 50;

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The preferred port if it is free, else a random free one. Another process may still take it first, so who binds it must be ready to ask again. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, PORT_AFTER_LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`found no free port on 127.0.0.1 after ${MAX_TRIES} tries`);
}
