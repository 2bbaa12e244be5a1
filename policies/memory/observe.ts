/** Moves what is remembered of the things in front of a device by one frame. */
import type { Observation, ObservedFrame, SceneMemory } from './scene-memory.ts';

/** `scene` is null before the first frame: whatever is there then was there before. */
export function observe(_scene: SceneMemory | null, { atMs, objects }: ObservedFrame): Observation {
  return { scene: { tracks: [], lastAtMs: atMs }, objects: objects.map(() => ({ dwellMs: 0, zoneDwellMs: null, arrived: false })), departed: [] };
}
