/** The hits of `frames` conditions as they are carried from one frame to the next: only what can still count, and never without end. */
import type { DeviceMemory, Hit } from './memory/device-memory.ts';

type Hits = DeviceMemory['hits'];

/** As JSON about a quarter of a megabyte, which the database takes with every frame; room for three thousand conditions of 3 frames of 5 that all hold at once. */
const MAX_HITS = 10_000;

/**
 * `moved`: what this frame has changed. Without any, all is as it was: what can no longer count does no harm and goes with the next change.
 * `framesOf`: for how many frames a hit can count, by key; keys that are not in it belong to rules that the device no longer has.
 */
export function hitsAfter(hits: Hits, moved: readonly (readonly [key: string, hits: readonly Hit[]])[], frame: number, framesOf: ReadonlyMap<string, number>): Hits {
  if (moved.length === 0) return hits;
  const after: Record<string, readonly Hit[]> = {};
  let total = 0;
  for (const [key, list] of moved) {
    after[key] = list;
    total += list.length;
  }
  for (const key in hits) {
    if (Object.hasOwn(after, key)) continue;
    const list = hits[key] as readonly Hit[];
    const last = list.at(-1);
    if (last === undefined || frame + 1 - last[0] >= (framesOf.get(key) ?? 0)) continue;
    after[key] = list;
    total += list.length;
  }
  return total <= MAX_HITS ? after : newest(after);
}

/** Whole conditions are given up, those first that held longest ago: half a list would make a rule look as if it had not held. */
function newest(hits: Hits): Hits {
  const kept: Record<string, readonly Hit[]> = {};
  let total = 0;
  const byLast = Object.entries(hits).sort(([keyA, a], [keyB, b]) => (b.at(-1)?.[0] ?? 0) - (a.at(-1)?.[0] ?? 0) || (keyA < keyB ? -1 : 1));
  for (const [key, list] of byLast) {
    total += list.length;
    if (total > MAX_HITS) break;
    kept[key] = list;
  }
  return kept;
}
