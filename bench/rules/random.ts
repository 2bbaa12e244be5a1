/** Random numbers that are the same in every run, so that two runs judge the same. */

export type RandomNumbers = () => number;

/** Mulberry32 (Tommy Ettinger, 2017): 32 bits of state are enough for drawing rules. */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: RandomNumbers, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

export function weighted<T>(random: RandomNumbers, items: readonly (readonly [weight: number, item: T])[]): T {
  let left = random() * items.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return (items.at(-1) as readonly [number, T])[1];
}
