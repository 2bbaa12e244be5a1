/** Drawing from lists with seeded numbers, so that two runs judge the same. */

export type RandomNumbers = () => number;

export const pick = <T>(random: RandomNumbers, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

export function weighted<T>(random: RandomNumbers, items: readonly (readonly [weight: number, item: T])[]): T {
  let left = random() * items.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return (items.at(-1) as readonly [number, T])[1];
}
