/** A track after a frame that shows it, and the track of a thing that nobody knew. */
import { areaRatio, isOneKind, overlapOf } from './boxes.ts';
import type { Observed, Place, Track } from './scene-memory.ts';
import type { SceneSettings } from './scene-settings.ts';
import { hasRested, NOWHERE, restAfter, staysAtItsSpot } from './settle.ts';
import { rounded } from './candidates.ts';
import { staysAfter } from './zone-dwell.ts';

/** `place`: of the object, rounded, without the shift of the picture. */
export function followed(track: Track, object: Observed, place: Place, zoneNames: readonly string[], atMs: number, settings: SceneSettings): Track {
  const sinceMs = atMs - track.seenAtMs;
  const stays = staysAfter(track.stays, object.zones, zoneNames, track.seenAtMs, atMs, settings.zoneGraceMs);
  const rest = restAfter(track, place, stays, atMs, settings);
  const faded = track.probability * Math.max(0, 1 - sinceMs / settings.probabilityFadesMs);
  const isBest = object.probability >= faded;
  const isStill = rest.awayFrames === 0 && hasRested(rest, settings.restedMs);
  // The first step says all that is known of a speed; later ones correct it, the more the longer they took.
  const weight = track.seenAtMs === track.bornAtMs ? 1 : sinceMs / (sinceMs + settings.speedMemoryMs);
  const isStep = sinceMs > 0 && sinceMs <= settings.coastMs && !isStill;
  return {
    label: isBest ? object.label : track.label,
    probability: isBest ? object.probability : Math.round(faded * 1e6) / 1e6,
    place,
    speedX: isStep ? speedAfter(track.speedX, middleX(place) - middleX(track.place), sinceMs, weight) : isStill ? 0 : track.speedX,
    speedY: isStep ? speedAfter(track.speedY, middleY(place) - middleY(track.place), sinceMs, weight) : isStill ? 0 : track.speedY,
    bornAtMs: track.bornAtMs,
    seenAtMs: atMs,
    spot: rest.spot,
    spotAtMs: rest.spotAtMs,
    spotSeenAtMs: rest.spotSeenAtMs,
    awayFrames: rest.awayFrames,
    known: rest.known,
    moved: rest.moved,
    stands: rest.stands,
    spotZones: rest.spotZones,
    doubtful: track.doubtful && atMs - track.bornAtMs <= settings.shakeMs,
    misses: 0,
    veiled: false,
    stays,
    left: rest.left,
  };
}

const speedAfter = (before: number, step: number, sinceMs: number, weight: number): number => rounded(before + weight * ((step * 1000) / sinceMs - before));
const middleX = (place: Place): number => place[0] + place[2] / 2;
const middleY = (place: Place): number => place[1] + place[3] / 2;

/** How a thing comes into the memory. */
export interface Coming {
  /** What it is then: there before, or come where movement cannot be seen. */
  readonly known: boolean;
  readonly moved: boolean;
  readonly doubtful: boolean;
  readonly sinceMs: number;
}

export function newTrack(object: Observed, place: Place, coming: Coming, zoneNames: readonly string[], atMs: number, settings: SceneSettings): Track {
  return {
    label: object.label, probability: object.probability, place, speedX: 0, speedY: 0, bornAtMs: coming.sinceMs, seenAtMs: atMs,
    spot: place, spotAtMs: atMs, spotSeenAtMs: atMs, awayFrames: 0, known: coming.known, moved: coming.moved, stands: false, spotZones: NOWHERE,
    doubtful: coming.doubtful, misses: 0, veiled: false,
    stays: staysAfter([], object.zones, zoneNames, atMs, atMs, settings.zoneGraceMs), left: null,
  };
}

/** `tracks`: after this frame, those that it shows and those that it misses. */
export function comingOf(object: Observed, place: Place, tracks: readonly Track[], isSlow: boolean, atMs: number, settings: SceneSettings): Coming {
  const twin = tracks.find((track) => track.seenAtMs === atMs && overlapOf(track.place, place) >= settings.twinOverlap && isOneKind(track.label, object.label));
  if (twin !== undefined) return { known: twin.known, moved: twin.moved, doubtful: twin.doubtful, sinceMs: twin.bornAtMs };
  const isAtKnownPlace = tracks.some((track) => staysAtItsSpot(track) && overlapOf(track.spot, place) >= settings.twinOverlap && isOneKind(track.label, object.label));
  const doubtful = tracks.some((track) => hasVanished(track, atMs, settings) && mayBeTheSame(track.place, place, settings) && isOneKind(track.label, object.label));
  return { known: isAtKnownPlace, moved: isSlow && !isAtKnownPlace, doubtful, sinceMs: atMs };
}

/** It was still, and is missing since a moment ago. */
const hasVanished = (track: Track, atMs: number, { restedMs, shakeMs }: SceneSettings): boolean =>
  track.seenAtMs < atMs && atMs - track.seenAtMs <= shakeMs && hasRested(track, restedMs);

const mayBeTheSame = (a: Place, b: Place, { shakeReach }: SceneSettings): boolean =>
  Math.abs(middleX(a) - middleX(b)) <= shakeReach && Math.abs(middleY(a) - middleY(b)) <= shakeReach && areaRatio(a[2], a[3], b[2], b[3]) <= ALIKE;

/** A hit camera blurs a box, but does not make it another size. */
const ALIKE = 1.5;
