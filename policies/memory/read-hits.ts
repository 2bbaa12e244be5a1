/** The parts of a device's memory, as they were kept. */
import { MAX_FRAMES } from '../model.ts';
import type { BehindStreak, Hit } from './device-memory.ts';
import { fieldsOf, isCount, isMoment, listOf, numbersOf } from './read-values.ts';

export function readStreak(value: unknown): BehindStreak | null {
  const field = fieldsOf(value);
  if (field === null) return null;
  const [firstCapturedAt, firstAcceptedAt, frames] = [field('firstCapturedAt'), field('firstAcceptedAt'), field('frames')];
  return isMoment(firstCapturedAt) && isMoment(firstAcceptedAt) && isCount(frames) ? { firstCapturedAt, firstAcceptedAt, frames } : null;
}

/** More conditions with a memory than the rules of any device have; a memory with more was not written by us. */
const MAX_KEYS = 20_000;
const MAX_KEY_CHARACTERS = 500;

export function readHits(value: unknown): Record<string, readonly Hit[]> | null {
  if (fieldsOf(value) === null) return null;
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.length > MAX_KEYS) return null;
  const hits: [string, readonly Hit[]][] = [];
  for (const [key, kept] of entries) {
    const known = key.length <= MAX_KEY_CHARACTERS ? listOf(kept, MAX_FRAMES, readHit) : null;
    if (known === null) return null;
    hits.push([key, known]);
  }
  // Unlike an assignment this gives even `__proto__` a place of its own.
  return Object.fromEntries(hits);
}

function readHit(value: unknown): Hit | null {
  const hit = numbersOf(value, 2);
  return hit !== null && isCount(hit[0]) ? [hit[0], hit[1] as number] : null;
}
