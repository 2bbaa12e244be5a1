/** What rules see of one frame: the objects that no mask hides, by class, so that a rule costs what was seen and not what exists. */
import type { Box, Detection } from '../contracts/detection.ts';
import { canonicalClass } from './class-names.ts';
import { groupOfClass } from './class-groups.ts';
import type { Departed, ObjectFacts, Place } from './memory/scene-memory.ts';
import { isMasked, zonesAround } from './zones.ts';
import type { ZoneTable } from './zones.ts';

const ZONES_NOT_ASKED = -1;

/** One object. Where it is, is worked out for those rules only that ask. */
export class Sighting {
  readonly label: string;
  /** Position in the frame's list of detections; -1 for what has left. */
  readonly index: number;
  readonly probability: number;
  /** What memory says of it; null on a late frame, where no rule asks for it, and for what has left. */
  facts: ObjectFacts | null = null;
  readonly #box: Box;
  readonly #width: number;
  readonly #height: number;
  #place: Place | null = null;
  #zones = ZONES_NOT_ASKED;

  /** `box` is in a picture of width x height. */
  constructor(label: string, index: number, probability: number, box: Box, width: number, height: number) {
    this.label = label;
    this.index = index;
    this.probability = probability;
    this.#box = box;
    this.#width = width;
    this.#height = height;
  }

  get place(): Place {
    const [x, y, width, height] = this.#box;
    return this.#place ??= [x / this.#width, y / this.#height, width / this.#width, height / this.#height];
  }

  /** Area of the box as a share of the picture, divided once: a hundredth of the picture must be 0.01 exactly, or "at least 1%" misses it. */
  get size(): number {
    return (this.#box[2] * this.#box[3]) / (this.#width * this.#height);
  }

  /** One bit per zone. */
  zonesIn(table: ZoneTable): number {
    if (this.#zones === ZONES_NOT_ASKED) this.#zones = table.zones.length === 0 ? 0 : zonesAround(table, this.label, this.place);
    return this.#zones;
  }

  /** Something that has left, as memory tells of it. */
  static departed(label: string, { probability, place, zones }: Departed): Sighting {
    const sighting = new Sighting(label, -1, probability, place, 1, 1);
    sighting.#zones = zones;
    return sighting;
  }
}

/** All objects of one class, in the order of the frame. */
export interface ClassSeen {
  readonly label: string;
  readonly group: string;
  /** Highest probability among them. */
  best: number;
  readonly sightings: Sighting[];
}

/** Boxes are in pixels of width x height. */
export interface Picture {
  readonly detections: readonly Detection[];
  readonly width: number;
  readonly height: number;
}

/** Few classes are seen at once: looking through a short list is faster than any map of them. */
export function sightingsOf({ detections, width, height }: Picture, zones: ZoneTable): ClassSeen[] {
  const classes: ClassSeen[] = [];
  for (let index = 0; index < detections.length; index += 1) {
    const { label: written, probability, box } = detections[index] as Detection;
    const name = classNameOf(written);
    const sighting = new Sighting(name.label, index, probability, box, width, height);
    if (zones.masks.length === 0 || !isMasked(zones, name.label, sighting.place)) addTo(classes, name, sighting);
  }
  return classes;
}

export function departuresOf(departed: readonly Departed[]): ClassSeen[] {
  const classes: ClassSeen[] = [];
  for (const left of departed) {
    const name = classNameOf(left.label);
    addTo(classes, name, Sighting.departed(name.label, left));
  }
  return classes;
}

/** In the order of the frame. */
export function inOrder(classes: readonly ClassSeen[]): Sighting[] {
  const [only] = classes;
  if (classes.length === 1 && only !== undefined) return only.sightings;
  return classes.flatMap(({ sightings }) => sightings).sort((a, b) => a.index - b.index);
}

interface ClassName {
  readonly label: string;
  readonly group: string;
}

function addTo(classes: ClassSeen[], { label, group }: ClassName, sighting: Sighting): void {
  for (const seen of classes) {
    if (seen.label !== label) continue;
    seen.sightings.push(sighting);
    if (sighting.probability > seen.best) seen.best = sighting.probability;
    return;
  }
  classes.push({ label, group, best: sighting.probability, sightings: [sighting] });
}

/** Eight times the longest label list in public use; labels come from models, and a model that makes up labels may not fill the memory. */
const MAX_CLASS_NAMES = 10_000;
const classNames = new Map<string, ClassName>();

/**
 * Making a name canonical costs more than judging by it. Of one class everybody gets the same text, and texts that are one and the same
 * are compared without being read.
 */
export function classNameOf(written: string): ClassName {
  const known = classNames.get(written);
  if (known !== undefined) return known;
  const label = canonicalClass(written);
  const fresh = label === written ? { label: written, group: groupOfClass(label) } : classNameOf(label);
  if (classNames.size >= MAX_CLASS_NAMES) classNames.clear();
  classNames.set(written, fresh);
  return fresh;
}
