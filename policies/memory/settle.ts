/** When a thing moves, when it has come to rest, when it is known, and how long it is remembered while nobody sees it. */
import { groupOf } from '../../contracts/class-groups.ts';
import { isMoved, isSideMoved, touchesEdge } from './boxes.ts';
import type { Left, Place, Track, ZoneStay } from './scene-memory.ts';
import type { SceneSettings } from './scene-settings.ts';
import { namesOf } from './zone-dwell.ts';

/** What a sight changes of a track's rest. */
export type Rest = Pick<Track, 'spot' | 'spotAtMs' | 'spotSeenAtMs' | 'awayFrames' | 'known' | 'moved' | 'stands' | 'spotZones' | 'left'>;

/** Known, and where it became so: such a thing is expected at its spot, whatever happens in front of it. */
export const staysAtItsSpot = ({ stands, known, moved }: Track): boolean => stands || (known && !moved);

/** `stays`: in which zones it is with this frame. */
export function restAfter(track: Track, place: Place, stays: readonly ZoneStay[], atMs: number, settings: SceneSettings): Rest {
  if (isMoved(track.spot, place, settings.movedShare, settings.grownRatio) || hasEntered(track, place, settings)) return awayAfter(track, place, atMs, settings);
  const stands = track.stands || atMs - track.spotAtMs >= settings.settleMs;
  // Where it stands is where it is when it has come to stay: the spot until then may be half a size off, where it came to a halt.
  const spot = stands && !track.stands ? place : track.spot;
  const isAtRest = !isMoved(spot, place, settings.restShare, settings.grownRatio);
  const spotSeenAtMs = isAtRest ? atMs : track.spotSeenAtMs;
  // On its first metres away it may be outside already; where it stood is where it was at rest.
  const spotZones = stands && isAtRest && !(track.stands && stays === track.stays) ? namesOf(stays) : track.spotZones;
  const { spotAtMs, moved } = track;
  return { spot, spotAtMs, spotSeenAtMs, awayFrames: 0, known: track.known || stands, moved, stands, spotZones, left: stands ? null : track.left };
}

/**
 * What comes in over an edge of the picture is cut by it, and its middle hardly moves: somebody near the camera is seen to come on one frame of a second,
 * and then stands. There a side that moves by more than boxes tremble is enough.
 */
const hasEntered = ({ known, moved, spot }: Track, place: Place, { restShare }: SceneSettings): boolean =>
  !known && !moved && touchesEdge(spot) && isSideMoved(spot, place, restShare);

function awayAfter(track: Track, place: Place, atMs: number, settings: SceneSettings): Rest {
  // One frame that is judged twice is one frame.
  const awayFrames = Math.min(MANY, track.awayFrames + (atMs > track.seenAtMs ? 1 : 0));
  if (awayFrames < settings.movedFrames || mayBeShaken(track, atMs, settings)) {
    const { spot, spotAtMs, spotSeenAtMs, known, moved, stands, spotZones, left } = track;
    return { spot, spotAtMs, spotSeenAtMs, awayFrames, known, moved, stands, spotZones, left };
  }
  return { spot: place, spotAtMs: atMs, spotSeenAtMs: atMs, awayFrames: 0, known: track.known, moved: true, stands: false, spotZones: NOWHERE, left: leftBy(track) };
}

/** Counted no further: nothing asks for more. */
const MANY = 1000;

export const NOWHERE: readonly string[] = Object.freeze([]);

const leftBy = ({ stands, spot, spotZones, left }: Track): Left | null => (stands ? { place: spot, zones: spotZones } : left);

/** What was still is taken to be shaken until it has been away for longer than a shake lasts. */
function mayBeShaken(track: Track, atMs: number, { restedMs, shakeMs }: SceneSettings): boolean {
  if (track.doubtful && atMs - track.bornAtMs <= shakeMs) return true;
  return hasRested(track, restedMs) && atMs - track.spotSeenAtMs <= shakeMs;
}

export const hasRested = ({ spotAtMs, spotSeenAtMs }: Rest, restedMs: number): boolean => spotSeenAtMs - spotAtMs >= restedMs;

/** How long it is remembered without being seen. */
export function patienceMs(track: Track, settings: SceneSettings): number {
  if (track.awayFrames > 0) return settings.coastMs;
  // It vanished with the picture, so for as long as that shows nothing it may well be there.
  if (track.veiled) return settings.mostRememberedMs;
  if (!staysAtItsSpot(track)) return settings.coastMs;
  const leastMs = canGoByItself(track) ? settings.coastMs : settings.leastRememberedMs;
  return Math.min(settings.mostRememberedMs, Math.max(leastMs, track.spotSeenAtMs - track.spotAtMs));
}

/** Who waited at a door for a minute may be gone between two frames, and the next one at the door is another. */
function canGoByItself({ label }: Track): boolean {
  const group = groupOf(label);
  return group === 'person' || group === 'animal';
}

/** Of a track that is out of view for good: where it stood, if it stood and was seen to leave; at the edge of the picture one frame shows it. */
export function departedFrom(track: Track, { movedFrames }: SceneSettings): Left | null {
  const wasSeenToLeave = track.awayFrames >= movedFrames || (track.awayFrames > 0 && touchesEdge(track.place));
  return track.stands && wasSeenToLeave ? leftBy(track) : track.left;
}
