/**
 * Moves what is remembered of the things in front of a device by one frame, and says what that makes of those seen now. Pure.
 *
 * - A thing is `arrived` when it was not there before and has moved since it came into view, until it has stood for the settle time; then it is known.
 *   What only appears (at dawn, with another exposure, as a drop on the lens) never moves and is no arrival.
 * - What is known and stays is known again at its place for as long as it stood there, bounded; seen to move away, it frees the place at once. Its dwell
 *   goes on while it is remembered: what stands is taken to have stood there all along.
 * - What is off because the camera was hit has not moved: two known things show it at once, a single one by being back within two seconds.
 * - `departed` tells of a thing that stood, was seen to move away and is out of view.
 * - Cameras with more than three seconds between frames show no movement. There a thing at no known place has arrived at once, even if it is seen on
 *   one frame only (a rule asks for more frames if it wants more), and one that stood has departed when three frames in a row miss it and nothing else
 *   is seen where it stood. Nor do such cameras tell one walker from the next: only what overlaps is followed.
 */
import { NONE, pairByOverlap, pairTheRest } from './association.ts';
import { comingOf, followed, newTrack } from './follow.ts';
import type { Coming } from './follow.ts';
import { stillAwaited, withinBounds } from './forget.ts';
import { afterMisses } from './missed.ts';
import { FIRST_FRAME, paceAfter } from './pace.ts';
import { shiftAfter } from './picture-shift.ts';
import type { Departed, ObjectFacts, Observation, ObservedFrame, Place, SceneMemory, Track } from './scene-memory.ts';
import { SCENE_SETTINGS } from './scene-settings.ts';
import type { SceneSettings } from './scene-settings.ts';
import { departedFrom } from './settle.ts';
import { objectAt, rounded, candidatesOf } from './candidates.ts';
import type { Candidates } from './candidates.ts';
import { bitsOf, millisecondsBetween, zoneDwells } from './zone-dwell.ts';

/** `scene` is null before the first frame: whatever is there then was there before. */
export function observe(scene: SceneMemory | null, frame: ObservedFrame, settings: SceneSettings = SCENE_SETTINGS): Observation {
  const { zoneNames } = frame;
  const before = scene ?? { ...NOTHING, lastAtMs: frame.atMs };
  const atMs = Math.max(frame.atMs, before.lastAtMs);
  const pace = scene === null ? FIRST_FRAME : paceAfter(before, atMs, settings);
  const candidates = candidatesOf(frame.objects);
  const gone: Track[] = [];

  const awaited = stillAwaited(before.tracks, pace, atMs, settings, gone);
  let pairs = pairByOverlap(awaited, candidates, before.shift, atMs, settings);
  const shift = shiftAfter(before.shift, awaited, candidates, pairs, settings);
  if (shift !== before.shift) pairs = pairByOverlap(awaited, candidates, shift, atMs, settings);
  pairTheRest(awaited, candidates, shift, atMs, settings);

  const facts = new Array<ObjectFacts>(frame.objects.length).fill(zoneNames.length === 0 ? UNKNOWN : { ...UNKNOWN, zoneDwellMs: zoneNames.map(() => 0) });
  const seen: Track[] = [];
  for (let index = 0; index < awaited.length; index += 1) {
    const track = awaited[index] as Track;
    const candidate = pairs.candidateOf[index] as number;
    if (candidate === NONE) {
      seen.push(track);
      continue;
    }
    const now = followed(track, objectAt(candidates, candidate), placeOf(candidates, candidate, shift), zoneNames, atMs, settings);
    seen.push(now);
    facts[candidates.index[candidate] as number] = factsOf(now, zoneNames, atMs);
  }
  const stayed = afterMisses(awaited, seen, before.lastAtMs, pace, atMs, settings, gone);
  const born: Track[] = [];
  for (let candidate = 0; candidate < candidates.count; candidate += 1) {
    if (pairs.trackOf[candidate] !== NONE) continue;
    const object = objectAt(candidates, candidate);
    const place = placeOf(candidates, candidate, shift);
    const coming = scene === null ? { ...AT_FIRST, sinceMs: atMs } : comingOf(object, place, seen, pace.isSlow, atMs, settings);
    const track = newTrack(object, place, coming, zoneNames, atMs, settings);
    born.push(track);
    facts[candidates.index[candidate] as number] = factsOf(track, zoneNames, atMs);
  }
  const tracks = born.length === 0 ? stayed : [...stayed, ...born];
  return {
    scene: { tracks: withinBounds(tracks, atMs, settings), lastAtMs: atMs, intervalMs: pace.intervalMs, shift },
    objects: facts,
    departed: gone.map((track) => departureOf(track, zoneNames, shift, settings)),
  };
}

const NOTHING: SceneMemory = Object.freeze({ tracks: Object.freeze([]), lastAtMs: 0, intervalMs: 0, shift: Object.freeze([0, 0] as const) });
const AT_FIRST: Omit<Coming, 'sinceMs'> = Object.freeze({ known: true, moved: false, doubtful: false });
/** Of what is not followed. */
const UNKNOWN: ObjectFacts = Object.freeze({ dwellMs: 0, zoneDwellMs: null, arrived: false });

const placeOf = ({ x, y, width, height }: Candidates, candidate: number, shift: SceneMemory['shift']): Place =>
  [rounded((x[candidate] as number) - shift[0]), rounded((y[candidate] as number) - shift[1]), width[candidate] as number, height[candidate] as number];

const factsOf = ({ bornAtMs, stays, known, moved }: Track, zoneNames: readonly string[], atMs: number): ObjectFacts =>
  ({ dwellMs: millisecondsBetween(bornAtMs, atMs), zoneDwellMs: zoneDwells(stays, zoneNames, atMs), arrived: moved && !known });

function departureOf(track: Track, zoneNames: readonly string[], [shiftX, shiftY]: SceneMemory['shift'], settings: SceneSettings): Departed {
  const { place: [x, y, width, height], zones } = departedFrom(track, settings) ?? { place: track.spot, zones: track.spotZones };
  return { label: track.label, probability: track.probability, place: [rounded(x + shiftX), rounded(y + shiftY), width, height], zones: bitsOf(zones, zoneNames) };
}
