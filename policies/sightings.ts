/** The detections of one frame indexed by class, once per frame, so that a rule costs what was seen and not what exists. */
import type { Detection } from '../contracts/detection.ts';
import { canonicalClass } from './class-names.ts';

export interface Sighting {
  /** Highest probability of the class in this frame. */
  readonly best: number;
  /** Positions in the frame's list of detections. */
  readonly indexes: readonly number[];
}

/** Keyed by canonical class name. */
export type Sightings = ReadonlyMap<string, Sighting>;

export function sightingsOf(detections: readonly Detection[]): Sightings {
  const sightings = new Map<string, { best: number; indexes: number[] }>();
  detections.forEach(({ label, probability }, index) => {
    const name = canonicalClass(label);
    const known = sightings.get(name);
    if (known === undefined) {
      sightings.set(name, { best: probability, indexes: [index] });
    } else {
      known.indexes.push(index);
      if (probability > known.best) known.best = probability;
    }
  });
  return sightings;
}
