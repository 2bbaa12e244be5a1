/** When a process of ours is asked to end: by a signal, or because the process that started it is gone. */

/** One Ctrl-C may arrive twice, from the terminal and passed on by npm. Whoever presses again does so later than this. */
const ONE_PRESS_MS = 500;

/**
 * Resolves with the reason at the first request. A second Ctrl-C leaves at once: somebody is in a hurry, and everything
 * that matters is durable.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    let askedAtMs = Number.POSITIVE_INFINITY;
    const ask = (reason: string): void => {
      if (reason === 'SIGINT' && performance.now() - askedAtMs > ONE_PRESS_MS) process.exit(130);
      askedAtMs = Math.min(askedAtMs, performance.now());
      resolve(reason);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
    // Started by the supervisor: its death closes the channel, and a worker without a supervisor would run for ever.
    if (process.send && !process.connected) ask('supervisor gone');
    process.once('disconnect', () => ask('supervisor gone'));
    // Listened to, the channel alone would keep a process alive that has done all it was asked to do.
    process.channel?.unref();
  });
}

/** What a child of the supervisor says once it serves. */
export interface Ready {
  readonly ready: true;
  /** Of an API process. */
  readonly url?: string;
}

export function sayReady(ready: Omit<Ready, 'ready'> = {}): void {
  process.send?.({ ready: true, ...ready } satisfies Ready);
}
