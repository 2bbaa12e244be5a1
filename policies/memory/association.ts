/**
 * Which box of this frame is which thing of the last ones. Three looks, each at what the one before left over, each by best pairs first: overlap, then
 * nearness gated by size and time, then things that are back where they stood.
 */
import { areaRatio, isOneKind, overlap } from './boxes.ts';
import type { SceneMemory, Track } from './scene-memory.ts';
import { SCENE_SETTINGS } from './scene-settings.ts';
import type { SceneSettings } from './scene-settings.ts';
import { staysAtItsSpot } from './settle.ts';
import { objectAt } from './sights.ts';
import type { Sights } from './sights.ts';

export const NONE = -1;

/** By track its sight, and the other way round; NONE where there is no partner. */
export interface Pairs {
  readonly sightOf: Int32Array;
  readonly trackOf: Int32Array;
}

/** Filled anew for every frame, like the sights. */
const PAIRS: Pairs = { sightOf: new Int32Array(SCENE_SETTINGS.maxTracks), trackOf: new Int32Array(SCENE_SETTINGS.maxObserved) };
const BEST_OF_TRACK = new Int32Array(SCENE_SETTINGS.maxTracks);
const BEST_OF_SIGHT = new Int32Array(SCENE_SETTINGS.maxObserved);
/** Candidates of one look: what speaks for them, and who they are. */
const MOST = SCENE_SETTINGS.maxTracks * SCENE_SETTINGS.maxObserved;
const WORTH = new Float64Array(MOST);
const TRACK = new Int32Array(MOST);
const SIGHT = new Int32Array(MOST);
let offers = 0;

/** First look. `shift`: how far the picture lies off the coordinates of the tracks. */
export function pairByOverlap(tracks: readonly Track[], sights: Sights, shift: SceneMemory['shift'], atMs: number, settings: SceneSettings): Pairs {
  const shiftX = shift[0];
  const shiftY = shift[1];
  PAIRS.sightOf.fill(NONE, 0, tracks.length);
  PAIRS.trackOf.fill(NONE, 0, sights.count);
  offers = 0;
  for (let index = 0; index < tracks.length; index += 1) {
    const track = tracks[index] as Track;
    const { place, spot } = track;
    const seconds = secondsAhead(track, atMs, settings);
    const x = place[0] + track.speedX * seconds + shiftX;
    const y = place[1] + track.speedY * seconds + shiftY;
    const width = place[2];
    const height = place[3];
    // What strays from its spot for one frame is more likely a box gone wrong than a thing gone: it is looked for at both places.
    const bySpot = track.awayFrames < settings.movedFrames && staysAtItsSpot(track);
    const spotX = spot[0] + shiftX;
    const spotY = spot[1] + shiftY;
    const left = bySpot && spotX < x ? spotX : x;
    const top = bySpot && spotY < y ? spotY : y;
    const right = bySpot && spotX + spot[2] > x + width ? spotX + spot[2] : x + width;
    const bottom = bySpot && spotY + spot[3] > y + height ? spotY + spot[3] : y + height;
    for (let sight = firstFrom(sights, left - sights.maxWidth); sight < sights.count; sight += 1) {
      const sightX = sights.x[sight] as number;
      if (sightX >= right) break;
      const sightY = sights.y[sight] as number;
      const sightHeight = sights.height[sight] as number;
      if (sightY >= bottom || sightY + sightHeight <= top) continue;
      const sightWidth = sights.width[sight] as number;
      let worth = overlap(x, y, width, height, sightX, sightY, sightWidth, sightHeight);
      if (bySpot) worth = Math.max(worth, overlap(spotX, spotY, spot[2], spot[3], sightX, sightY, sightWidth, sightHeight));
      if (worth >= settings.leastOverlap && isOneKind(track.label, objectAt(sights, sight).label)) offer(worth, index, sight);
    }
  }
  takeBestFirst(tracks.length, sights.count);
  return PAIRS;
}

/** Second and third look, for what has no partner yet. */
export function pairTheRest(tracks: readonly Track[], sights: Sights, shift: SceneMemory['shift'], atMs: number, settings: SceneSettings): void {
  if (!anyLeft(PAIRS.sightOf, tracks.length) || !anyLeft(PAIRS.trackOf, sights.count)) return;
  offerNear(tracks, sights, shift, atMs, settings);
  takeBestFirst(tracks.length, sights.count);
  offerReturned(tracks, sights, shift, settings);
  takeBestFirst(tracks.length, sights.count);
}

function offerNear(tracks: readonly Track[], sights: Sights, [shiftX, shiftY]: SceneMemory['shift'], atMs: number, settings: SceneSettings): void {
  offers = 0;
  for (let index = 0; index < tracks.length; index += 1) {
    const track = tracks[index] as Track;
    if (PAIRS.sightOf[index] !== NONE || atMs - track.seenAtMs > settings.coastMs) continue;
    const seconds = secondsAhead(track, atMs, settings);
    const [x, y, width, height] = track.place;
    const perSecond = staysAtItsSpot(track) ? settings.reachPerSecondAtRest : settings.reachPerSecond;
    const reach = Math.min(settings.maxReach, settings.reach + (perSecond * (atMs - track.seenAtMs)) / 1000);
    for (let sight = 0; sight < sights.count; sight += 1) {
      if (PAIRS.trackOf[sight] !== NONE) continue;
      const [sw, sh] = [sights.width[sight] as number, sights.height[sight] as number];
      const [dx, dy] = [(sights.x[sight] as number) + sw / 2 - x - width / 2 - shiftX, (sights.y[sight] as number) + sh / 2 - y - height / 2 - shiftY];
      // From where it was seen or where it would be by now: people turn round.
      const away = Math.min(Math.hypot(dx, dy), Math.hypot(dx - track.speedX * seconds, dy - track.speedY * seconds));
      const sizes = away / ((Math.max(width, height) + Math.max(sw, sh)) / 2);
      if (sizes <= reach && areaRatio(width, height, sw, sh) <= settings.maxAreaRatio && isOneKind(track.label, objectAt(sights, sight).label)) offer(-sizes, index, sight);
    }
  }
}

/** A box where a thing stood before it seemed to go: after a shake it is back, though nothing led there. */
function offerReturned(tracks: readonly Track[], sights: Sights, [shiftX, shiftY]: SceneMemory['shift'], settings: SceneSettings): void {
  offers = 0;
  for (let index = 0; index < tracks.length; index += 1) {
    const { spot, awayFrames, label } = tracks[index] as Track;
    if (PAIRS.sightOf[index] !== NONE || awayFrames < settings.movedFrames) continue;
    for (let sight = 0; sight < sights.count; sight += 1) {
      if (PAIRS.trackOf[sight] !== NONE) continue;
      const worth = overlap(spot[0] + shiftX, spot[1] + shiftY, spot[2], spot[3],
        sights.x[sight] as number, sights.y[sight] as number, sights.width[sight] as number, sights.height[sight] as number);
      if (worth >= settings.twinOverlap && isOneKind(label, objectAt(sights, sight).label)) offer(worth, index, sight);
    }
  }
}

function offer(worth: number, track: number, sight: number): void {
  WORTH[offers] = worth;
  TRACK[offers] = track;
  SIGHT[offers] = sight;
  offers += 1;
}

/** Each pair whose both sides have no better offer is taken at once, which is nearly all; what they leave is sorted. */
function takeBestFirst(tracks: number, sights: number): void {
  BEST_OF_TRACK.fill(NONE, 0, tracks);
  BEST_OF_SIGHT.fill(NONE, 0, sights);
  for (let candidate = 0; candidate < offers; candidate += 1) {
    if (isBetter(candidate, BEST_OF_TRACK[TRACK[candidate] as number] as number)) BEST_OF_TRACK[TRACK[candidate] as number] = candidate;
    if (isBetter(candidate, BEST_OF_SIGHT[SIGHT[candidate] as number] as number)) BEST_OF_SIGHT[SIGHT[candidate] as number] = candidate;
  }
  for (let candidate = 0; candidate < offers; candidate += 1) {
    if (BEST_OF_TRACK[TRACK[candidate] as number] === candidate && BEST_OF_SIGHT[SIGHT[candidate] as number] === candidate) take(candidate);
  }
  const open: number[] = [];
  for (let candidate = 0; candidate < offers; candidate += 1) if (isOpen(candidate)) open.push(candidate);
  if (open.length === 0) return;
  open.sort((a, b) => (WORTH[b] as number) - (WORTH[a] as number) || a - b);
  for (const candidate of open) if (isOpen(candidate)) take(candidate);
}

/** Of two that are equal the one that was offered first: both orders are a matter of places alone. */
const isBetter = (candidate: number, best: number): boolean => best === NONE || (WORTH[candidate] as number) > (WORTH[best] as number);
const isOpen = (candidate: number): boolean => PAIRS.sightOf[TRACK[candidate] as number] === NONE && PAIRS.trackOf[SIGHT[candidate] as number] === NONE;

function take(candidate: number): void {
  PAIRS.sightOf[TRACK[candidate] as number] = SIGHT[candidate] as number;
  PAIRS.trackOf[SIGHT[candidate] as number] = TRACK[candidate] as number;
}

/** A speed says something of the next few seconds only. */
const secondsAhead = ({ seenAtMs }: Track, atMs: number, { coastMs }: SceneSettings): number => (atMs - seenAtMs > coastMs ? 0 : (atMs - seenAtMs) / 1000);

function anyLeft(partners: Int32Array, count: number): boolean {
  for (let index = 0; index < count; index += 1) if (partners[index] === NONE) return true;
  return false;
}

/** The first sight whose left edge is not before `x`. */
function firstFrom({ x: edges, count }: Sights, x: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
