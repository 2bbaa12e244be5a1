/** Reads plain JSON that somebody may have touched: each reader gives the value or null, and none can be tricked by a prototype. */
import { isInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';

export type Fields = (name: string) => unknown;

/** Own fields only. Null for what is no object. */
export function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return (name) => (Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined);
}

/** Within the moments that a `Date` knows, and further than any number of frames or milliseconds here. */
const MOST = 8_640_000_000_000_000;
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= MOST;
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
export const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
export const isMoment = (value: unknown): value is Instant => typeof value === 'string' && isInstant(value);

/** Labels, names of zones and keys of conditions are far shorter. */
const MAX_TEXT = 500;

/** Every item read; null when one cannot be, or there are too many. */
export function listOf<T>(value: unknown, most: number, read: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const items: T[] = [];
  for (const item of value) {
    const known = read(item);
    if (known === null) return null;
    items.push(known);
  }
  return items;
}

export const textOf = (value: unknown): string | null => (isText(value) ? value : null);

/** A fixed number of numbers. */
export const numbersOf = (value: unknown, count: number): number[] | null =>
  (Array.isArray(value) && value.length === count && value.every(isNumber) ? value.map(Number) : null);
