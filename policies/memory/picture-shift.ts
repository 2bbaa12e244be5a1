/**
 * A camera that was hit, or that the wind moves: everything is off by the same, and nothing has moved. The things that stay are the witnesses; two are
 * needed, and those that are where they were speak against it.
 */
import { NONE } from './association.ts';
import type { Pairs } from './association.ts';
import { areaRatio, isOneKind } from './boxes.ts';
import type { SceneMemory, Track } from './scene-memory.ts';
import type { SceneSettings } from './scene-settings.ts';
import { hasRested, staysAtItsSpot } from './settle.ts';
import { objectAt, rounded } from './candidates.ts';
import type { Candidates } from './candidates.ts';

type Shift = SceneMemory['shift'];

/** How far the picture lies off its first view now; the very same array as before where nothing says otherwise. `pairs`: of the shift before. */
export function shiftAfter(shift: Shift, tracks: readonly Track[], candidates: Candidates, pairs: Pairs, settings: SceneSettings): Shift {
  const witnesses = witnessesAmong(tracks, candidates, pairs, shift, settings);
  if (witnesses === null) return shift;
  let best: Shift = shift;
  let support = 0;
  for (const { offsets } of witnesses.unsettled) {
    for (const candidate of offsets) {
      const agreeing = witnesses.unsettled.filter((witness) => witness.offsets.some((offset) => areNear(offset, candidate, witness.tolerance)));
      if (agreeing.length > support) [best, support] = [candidate, agreeing.length];
    }
  }
  const isShift = support >= MIN_WITNESSES && support > 2 * witnesses.steady && !areNear(best, shift, [settings.leastShift, settings.leastShift]);
  return isShift ? middleOf(witnesses.unsettled, best) : shift;
}

/** One thing that seems to be off has moved; only two that are off by the same show that the picture has. */
const MIN_WITNESSES = 2;

interface Witness {
  /** Where it may be now, from its spot. */
  readonly offsets: readonly Shift[];
  readonly tolerance: Shift;
}

/** Null where nothing is off: nearly always, and found out without making anything. */
function witnessesAmong(tracks: readonly Track[], candidates: Candidates, pairs: Pairs, shift: Shift, settings: SceneSettings): { steady: number; unsettled: Witness[] } | null {
  let [steady, off] = [0, 0];
  for (let index = 0; index < tracks.length; index += 1) {
    const track = tracks[index] as Track;
    if (!isWitness(track, settings)) continue;
    if (isSteady(track, candidates, pairs.candidateOf[index] as number, shift, settings)) steady += 1;
    else off += 1;
  }
  if (off < MIN_WITNESSES || off <= 2 * steady || candidates.count < MIN_WITNESSES) return null;
  const unsettled: Witness[] = [];
  for (let index = 0; index < tracks.length && unsettled.length < settings.shiftWitnesses; index += 1) {
    const track = tracks[index] as Track;
    if (!isWitness(track, settings) || isSteady(track, candidates, pairs.candidateOf[index] as number, shift, settings)) continue;
    const offsets = offsetsOf(track, candidates, shift, settings);
    if (offsets.length > 0) unsettled.push({ offsets, tolerance: [trembling(track.spot[2], settings), trembling(track.spot[3], settings)] });
  }
  return { steady, unsettled };
}

const isWitness = (track: Track, settings: SceneSettings): boolean => staysAtItsSpot(track) && hasRested(track, settings.restedMs);

/** Seen, and not off by more than boxes tremble. */
function isSteady(track: Track, candidates: Candidates, candidate: number, shift: Shift, settings: SceneSettings): boolean {
  if (candidate === NONE) return false;
  const { spot } = track;
  const dx = (candidates.x[candidate] as number) + (candidates.width[candidate] as number) / 2 - spot[0] - spot[2] / 2 - shift[0];
  const dy = (candidates.y[candidate] as number) + (candidates.height[candidate] as number) / 2 - spot[1] - spot[3] / 2 - shift[1];
  return Math.abs(dx) <= trembling(spot[2], settings) && Math.abs(dy) <= trembling(spot[3], settings);
}

/** What still is the same offset: a twentieth of its size is how far a detector's boxes tremble. */
const trembling = (size: number, { leastShift }: SceneSettings): number => Math.max(leastShift, size / 20);

function offsetsOf({ spot, label }: Track, candidates: Candidates, [shiftX, shiftY]: Shift, settings: SceneSettings): Shift[] {
  const offsets: Shift[] = [];
  for (let candidate = 0; candidate < candidates.count; candidate += 1) {
    const offset = offsetTo(spot, candidates, candidate);
    if (Math.abs(offset[0] - shiftX) > settings.shakeReach || Math.abs(offset[1] - shiftY) > settings.shakeReach) continue;
    if (areaRatio(spot[2], spot[3], candidates.width[candidate] as number, candidates.height[candidate] as number) > SAME_SIZE) continue;
    if (isOneKind(label, objectAt(candidates, candidate).label)) offsets.push(offset);
  }
  const away = ([dx, dy]: Shift) => Math.hypot(dx - shiftX, dy - shiftY);
  return offsets.sort((a, b) => away(a) - away(b)).slice(0, MAX_OFFSETS);
}

/** In a row of parked cars each is its neighbour's double; the nearest few are enough, and the search stays short. */
const MAX_OFFSETS = 6;
/** A hit camera changes no sizes; what is left is the trembling of boxes. */
const SAME_SIZE = 1.5;

const offsetTo = (spot: Track['spot'], candidates: Candidates, candidate: number): Shift => [
  (candidates.x[candidate] as number) + (candidates.width[candidate] as number) / 2 - spot[0] - spot[2] / 2,
  (candidates.y[candidate] as number) + (candidates.height[candidate] as number) / 2 - spot[1] - spot[3] / 2,
];

const areNear = (a: Shift, b: Shift, tolerance: Shift): boolean => Math.abs(a[0] - b[0]) <= tolerance[0] && Math.abs(a[1] - b[1]) <= tolerance[1];

/** Of all that agree, the middle one each way: one box gone wrong pulls nothing along. */
function middleOf(witnesses: readonly Witness[], best: Shift): Shift {
  const agreeing = witnesses.flatMap(({ offsets, tolerance }) => offsets.filter((offset) => areNear(offset, best, tolerance)).slice(0, 1));
  const middle = (axis: 0 | 1) => rounded(agreeing.map((offset) => offset[axis]).sort((a, b) => a - b)[agreeing.length >> 1] ?? 0);
  return [middle(0), middle(1)];
}
