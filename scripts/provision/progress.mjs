/** Says what a long step does, that it is still at it, and how long it took. */

/** @typedef {(line: string) => void} Say */

// Often enough that nobody believes it hangs, seldom enough for a log.
const REMIND_EVERY_MS = 10_000;

/** @param {number} sinceMs */
const secondsSince = (sinceMs) => Math.max(1, Math.round((Date.now() - sinceMs) / 1000));

/**
 * @template T
 * @param {Say} say
 * @param {string} name what is being made ready, as it stands in front of each line
 * @param {string} what what is done and how long that may take
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(say, name, what, work) {
  const start = Date.now();
  say(`${name}: ${what}`);
  const reminder = setInterval(() => say(`${name}: still at it after ${secondsSince(start)} s`), REMIND_EVERY_MS);
  try {
    const result = await work();
    say(`${name}: ready after ${secondsSince(start)} s`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
