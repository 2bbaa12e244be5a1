/** The zones and masks of one device before they are saved: shapes that mean what was drawn, and names that rules can say. */
import type { Zone } from '../../contracts/zone.ts';
import { MAX_ZONES } from '../../contracts/zone.ts';
import { isName } from '../language/read-name.ts';
import { areaOf } from '../zones.ts';
import { isCrossed } from './zone-geometry.ts';

/** Each refuses the save. */
export type ZoneProblemCode =
  | 'zones_too_many' | 'zone_name_unsafe' | 'zone_name_repeated' | 'zone_corners' | 'zone_outside' | 'zone_crossed' | 'zone_without_area' | 'zone_overlap' | 'zone_classes';

export interface ZoneProblem {
  /** Of the zone in the list; null: of the list as a whole. */
  readonly index: number | null;
  readonly name: string | null;
  readonly code: ZoneProblemCode;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

/** Rules name zones in one line of text, between commas. */
const SAFE_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]{0,62}[\p{L}\p{M}\p{N}._-])?$/u;
/** What a hand draws has a dozen corners; every frame is held against each. */
const MAX_CORNERS = 64;
/** A square of a hundredth of the picture's width: smaller is a slip of the mouse, and no object stands in it. */
const MIN_AREA = 0.0001;

/** Empty when all of them may be saved. */
export function checkZones(zones: readonly Zone[]): ZoneProblem[] {
  if (zones.length > MAX_ZONES) {
    return [{ index: null, name: null, code: 'zones_too_many', message: `A device has at most ${MAX_ZONES} zones and masks, and these are ${zones.length}; take some out, or join them.` }];
  }
  const firstOf = new Map<string, number>();
  return zones.flatMap((zone, index) => {
    const found: [ZoneProblemCode, string][] = [...nameFaults(zone.name, firstOf), ...shapeFaults(zone), ...takingFaults(zone)];
    if (!firstOf.has(zone.name)) firstOf.set(zone.name, index);
    return found.map(([code, message]): ZoneProblem => ({ index, name: zone.name, code, message }));
  });
}

type Fault = [ZoneProblemCode, string];

function* nameFaults(name: string, firstOf: ReadonlyMap<string, number>): Generator<Fault> {
  if (!SAFE_NAME.test(name)) {
    yield ['zone_name_unsafe', `${JSON.stringify(name.slice(0, 70))} cannot be the name of a zone; use up to 64 letters, digits, spaces and . _ - with a letter or digit first.`];
  } else if (firstOf.has(name)) {
    yield ['zone_name_repeated', `Two zones are called ${JSON.stringify(name)}; rules would not know which is meant, so give one another name.`];
  }
}

function* shapeFaults({ polygon }: Zone): Generator<Fault> {
  if (polygon.length < 3 || polygon.length > MAX_CORNERS) {
    yield ['zone_corners', `A zone has 3 to ${MAX_CORNERS} corners, and this one has ${polygon.length}; draw it with ${polygon.length < 3 ? 'more' : 'fewer'}.`];
    return;
  }
  const stray = polygon.find((corner) => !corner.every((share) => share >= 0 && share <= 1));
  if (stray !== undefined) {
    yield ['zone_outside', `The corner ${JSON.stringify(stray)} lies outside the picture; corners are shares of it, 0 to 1 from the top left, not pixels.`];
    return;
  }
  if (areaOf(polygon) < MIN_AREA && !isCrossed(polygon)) yield ['zone_without_area', 'This zone has no room inside; draw its corners further apart.'];
  else if (isCrossed(polygon)) yield ['zone_crossed', 'The edges of this zone cross or touch, so nobody can say what is inside; put its corners in order, each once, the first not again at the end.'];
}

function* takingFaults({ anchor, classes }: Zone): Generator<Fault> {
  if (typeof anchor === 'object' && !(anchor.overlap > 0 && anchor.overlap <= 1)) {
    yield ['zone_overlap', `The overlap is the share of an object that must be inside, above 0 and at most 1; ${anchor.overlap} is not.`];
  }
  if (classes?.length === 0) yield ['zone_classes', 'A zone for no class would hold nothing; name classes, or leave them out for every class.'];
  const malformed = classes?.find((name) => !isName(name));
  if (malformed !== undefined) yield ['zone_classes', `${JSON.stringify(malformed.slice(0, 70))} cannot be a class; write one name such as person, or a group such as vehicle.`];
}
