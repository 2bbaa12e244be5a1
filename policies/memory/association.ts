/**
 * Which box of this frame is which thing of the last ones. Two looks, each by best pairs first: overlap with where a thing is expected and
 * with where it was at rest, then, for what is left over, nearness gated by size and time.
 */
import { areaRatio, isOneKind, overlap } from './boxes.ts';
import type { SceneMemory, Track } from './scene-memory.ts';
import { SCENE_SETTINGS } from './scene-settings.ts';
import type { SceneSettings } from './scene-settings.ts';
import { hasRested, staysAtItsSpot } from './settle.ts';
import { objectAt } from './candidates.ts';
import type { Candidates } from './candidates.ts';

export const NONE = -1;

/** By track its candidate, and the other way round; NONE where there is no partner. */
export interface Pairs {
  readonly candidateOf: Int32Array;
  readonly trackOf: Int32Array;
}

/** Filled anew for every frame, like the candidates. */
const PAIRS: Pairs = { candidateOf: new Int32Array(SCENE_SETTINGS.maxTracks), trackOf: new Int32Array(SCENE_SETTINGS.maxObserved) };
const BEST_OF_TRACK = new Int32Array(SCENE_SETTINGS.maxTracks);
const BEST_OF_CANDIDATE = new Int32Array(SCENE_SETTINGS.maxObserved);
/** Candidates of one look: what speaks for them, and who they are. */
const MOST = SCENE_SETTINGS.maxTracks * SCENE_SETTINGS.maxObserved;
const WORTH = new Float64Array(MOST);
const TRACK = new Int32Array(MOST);
const CANDIDATE = new Int32Array(MOST);
let offers = 0;

/** First look. `shift`: how far the picture lies off the coordinates of the tracks. */
export function pairByOverlap(tracks: readonly Track[], candidates: Candidates, shift: SceneMemory['shift'], atMs: number, settings: SceneSettings): Pairs {
  const shiftX = shift[0];
  const shiftY = shift[1];
  PAIRS.candidateOf.fill(NONE, 0, tracks.length);
  PAIRS.trackOf.fill(NONE, 0, candidates.count);
  offers = 0;
  for (let index = 0; index < tracks.length; index += 1) {
    const track = tracks[index] as Track;
    const { place, spot } = track;
    const seconds = secondsAhead(track, atMs, settings);
    const x = place[0] + track.speedX * seconds + shiftX;
    const y = place[1] + track.speedY * seconds + shiftY;
    const width = place[2];
    const height = place[3];
    const bySpot = staysAtItsSpot(track) || hasRested(track, settings.restedMs);
    const spotX = spot[0] + shiftX;
    const spotY = spot[1] + shiftY;
    const left = bySpot && spotX < x ? spotX : x;
    const top = bySpot && spotY < y ? spotY : y;
    const right = bySpot && spotX + spot[2] > x + width ? spotX + spot[2] : x + width;
    const bottom = bySpot && spotY + spot[3] > y + height ? spotY + spot[3] : y + height;
    for (let candidate = firstFrom(candidates, left - candidates.maxWidth); candidate < candidates.count; candidate += 1) {
      const candidateX = candidates.x[candidate] as number;
      if (candidateX >= right) break;
      const candidateY = candidates.y[candidate] as number;
      const candidateHeight = candidates.height[candidate] as number;
      if (candidateY >= bottom || candidateY + candidateHeight <= top) continue;
      const candidateWidth = candidates.width[candidate] as number;
      let worth = overlap(x, y, width, height, candidateX, candidateY, candidateWidth, candidateHeight);
      if (bySpot) {
        const there = overlap(spotX, spotY, spot[2], spot[3], candidateX, candidateY, candidateWidth, candidateHeight);
        if (there >= settings.twinOverlap) worth = Math.max(worth, there + claimOf(track, settings));
      }
      if (worth >= settings.leastOverlap && isOneKind(track.label, objectAt(candidates, candidate).label)) offer(worth, index, candidate);
    }
  }
  takeBestFirst(tracks.length, candidates.count);
  return PAIRS;
}

/** Second look, for what has no partner yet. */
export function pairTheRest(tracks: readonly Track[], candidates: Candidates, shift: SceneMemory['shift'], atMs: number, settings: SceneSettings): void {
  if (!anyLeft(PAIRS.candidateOf, tracks.length) || !anyLeft(PAIRS.trackOf, candidates.count)) return;
  offerNear(tracks, candidates, shift, atMs, settings);
  takeBestFirst(tracks.length, candidates.count);
}

/**
 * What is seen where a known thing stands is that thing, before it is anything that passes: a passer-by is found again behind it, but a parked car that is
 * taken for one is a false alarm. What strays from its spot for a frame still has that claim. What seems to go is rather where it goes; but a shaken
 * picture is soon back, and then it was here all the time.
 */
function claimOf(track: Track, { movedFrames }: SceneSettings): number {
  if (track.awayFrames >= movedFrames) return -0.3;
  return staysAtItsSpot(track) ? 1 : 0;
}

function offerNear(tracks: readonly Track[], candidates: Candidates, [shiftX, shiftY]: SceneMemory['shift'], atMs: number, settings: SceneSettings): void {
  offers = 0;
  for (let index = 0; index < tracks.length; index += 1) {
    const track = tracks[index] as Track;
    if (PAIRS.candidateOf[index] !== NONE || atMs - track.seenAtMs > settings.coastMs) continue;
    const seconds = secondsAhead(track, atMs, settings);
    const [x, y, width, height] = track.place;
    const perSecond = hasRested(track, settings.restedMs) ? settings.reachPerSecondAtRest : settings.reachPerSecond;
    const reach = Math.min(settings.maxReach, settings.reach + (perSecond * (atMs - track.seenAtMs)) / 1000);
    for (let candidate = 0; candidate < candidates.count; candidate += 1) {
      if (PAIRS.trackOf[candidate] !== NONE) continue;
      const [sw, sh] = [candidates.width[candidate] as number, candidates.height[candidate] as number];
      const [dx, dy] = [(candidates.x[candidate] as number) + sw / 2 - x - width / 2 - shiftX, (candidates.y[candidate] as number) + sh / 2 - y - height / 2 - shiftY];
      // From where it was seen or where it would be by now: people turn round.
      const away = Math.min(Math.hypot(dx, dy), Math.hypot(dx - track.speedX * seconds, dy - track.speedY * seconds));
      const sizes = away / ((Math.max(width, height) + Math.max(sw, sh)) / 2);
      if (sizes <= reach && areaRatio(width, height, sw, sh) <= settings.maxAreaRatio && isOneKind(track.label, objectAt(candidates, candidate).label)) offer(-sizes, index, candidate);
    }
  }
}

function offer(worth: number, track: number, candidate: number): void {
  WORTH[offers] = worth;
  TRACK[offers] = track;
  CANDIDATE[offers] = candidate;
  offers += 1;
}

/** Each pair whose both sides have no better offer is taken at once, which is nearly all; what they leave is sorted. */
function takeBestFirst(tracks: number, candidates: number): void {
  BEST_OF_TRACK.fill(NONE, 0, tracks);
  BEST_OF_CANDIDATE.fill(NONE, 0, candidates);
  for (let pair = 0; pair < offers; pair += 1) {
    if (isBetter(pair, BEST_OF_TRACK[TRACK[pair] as number] as number)) BEST_OF_TRACK[TRACK[pair] as number] = pair;
    if (isBetter(pair, BEST_OF_CANDIDATE[CANDIDATE[pair] as number] as number)) BEST_OF_CANDIDATE[CANDIDATE[pair] as number] = pair;
  }
  for (let pair = 0; pair < offers; pair += 1) {
    if (BEST_OF_TRACK[TRACK[pair] as number] === pair && BEST_OF_CANDIDATE[CANDIDATE[pair] as number] === pair) take(pair);
  }
  const open: number[] = [];
  for (let pair = 0; pair < offers; pair += 1) if (isOpen(pair)) open.push(pair);
  if (open.length === 0) return;
  open.sort((a, b) => (WORTH[b] as number) - (WORTH[a] as number) || a - b);
  for (const pair of open) if (isOpen(pair)) take(pair);
}

/** Of two that are equal the one that was offered first: both orders are a matter of places alone. */
const isBetter = (pair: number, best: number): boolean => best === NONE || (WORTH[pair] as number) > (WORTH[best] as number);
const isOpen = (pair: number): boolean => PAIRS.candidateOf[TRACK[pair] as number] === NONE && PAIRS.trackOf[CANDIDATE[pair] as number] === NONE;

function take(pair: number): void {
  PAIRS.candidateOf[TRACK[pair] as number] = CANDIDATE[pair] as number;
  PAIRS.trackOf[CANDIDATE[pair] as number] = TRACK[pair] as number;
}

/** A speed says something of the next few seconds only. */
const secondsAhead = ({ seenAtMs }: Track, atMs: number, { coastMs }: SceneSettings): number => (atMs - seenAtMs > coastMs ? 0 : (atMs - seenAtMs) / 1000);

function anyLeft(partners: Int32Array, count: number): boolean {
  for (let index = 0; index < count; index += 1) if (partners[index] === NONE) return true;
  return false;
}

/** The first candidate whose left edge is not before `x`. */
function firstFrom({ x: edges, count }: Candidates, x: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
