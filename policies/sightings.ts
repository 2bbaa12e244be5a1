/** What rules see of one frame: the objects that no mask hides, by class, so that a rule costs what was seen and not what exists. */
import type { Detection } from '../contracts/detection.ts';
import { canonicalClass } from './class-names.ts';
import { groupOfClass } from './class-groups.ts';
import type { Departed, ObjectFacts, Place } from './memory/scene-memory.ts';
import { isMasked, zonesAround } from './zones.ts';
import type { ZoneTable } from './zones.ts';

/** One object. */
export interface Sighting {
  readonly label: string;
  /** Position in the frame's list of detections; -1 for what has left. */
  readonly index: number;
  readonly probability: number;
  readonly place: Place;
  /** Area of the box as a share of the picture. */
  readonly size: number;
  /** One bit per zone; `zonesOf` asks on demand. */
  zones: number;
  /** What memory says of it; null on a late frame, where no rule asks for it, and for what has left. */
  facts: ObjectFacts | null;
}

const ZONES_NOT_ASKED = -1;

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
    const { label: written, probability, box: [x, y, boxWidth, boxHeight] } = detections[index] as Detection;
    const name = classNameOf(written);
    const place: Place = [x / width, y / height, boxWidth / width, boxHeight / height];
    if (zones.masks.length > 0 && isMasked(zones, name.label, place)) continue;
    // Divided once: a hundredth of the picture must be 0.01 exactly, or "at least 1%" misses it.
    const size = (boxWidth * boxHeight) / (width * height);
    addTo(classes, name, { label: name.label, index, probability, place, size, zones: ZONES_NOT_ASKED, facts: null });
  }
  return classes;
}

export function departuresOf(departed: readonly Departed[]): ClassSeen[] {
  const classes: ClassSeen[] = [];
  for (const { label, probability, place, zones } of departed) {
    const name = classNameOf(label);
    addTo(classes, name, { label: name.label, index: -1, probability, place, size: place[2] * place[3], zones, facts: null });
  }
  return classes;
}

export function zonesOf(sighting: Sighting, table: ZoneTable): number {
  if (sighting.zones === ZONES_NOT_ASKED) sighting.zones = table.zones.length === 0 ? 0 : zonesAround(table, sighting.label, sighting.place);
  return sighting.zones;
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

/** Making a name canonical costs more than judging by it. */
function classNameOf(written: string): ClassName {
  const known = classNames.get(written);
  if (known !== undefined) return known;
  const label = canonicalClass(written);
  const fresh = { label, group: groupOfClass(label) };
  if (classNames.size >= MAX_CLASS_NAMES) classNames.clear();
  classNames.set(written, fresh);
  return fresh;
}
