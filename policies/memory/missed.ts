/** What it means that a frame does not show a thing: nothing as a rule, a departure with a slow camera, and for many at once a picture that shows nothing. */
import { coveredShare } from './boxes.ts';
import type { Pace } from './pace.ts';
import type { Track } from './scene-memory.ts';
import type { SceneSettings } from './scene-settings.ts';
import { staysAtItsSpot } from './settle.ts';

/**
 * `before` and `after` the frame, track by track; the same where the frame does not show it. What has departed goes from `after` to `out`.
 *
 * Things that vanish together are veiled: the picture is to blame, and until it is seen to be clear again (at least half of what is veiled and stays is
 * seen), no absence counts.
 */
export function afterMisses(before: readonly Track[], after: readonly Track[], lastAtMs: number, pace: Pace, atMs: number, settings: SceneSettings, out: Track[]): readonly Track[] {
  let [seenLast, vanished, veiled, unveiled] = [0, 0, 0, 0];
  for (let index = 0; index < before.length; index += 1) {
    const track = before[index] as Track;
    if (!staysAtItsSpot(track)) continue;
    const isSeen = after[index] !== track;
    if (track.seenAtMs === lastAtMs) seenLast += 1;
    if (track.seenAtMs === lastAtMs && !isSeen) vanished += 1;
    if (track.veiled) veiled += 1;
    if (track.veiled && isSeen) unveiled += 1;
  }
  const isVeil = vanished >= settings.vanishedTogether && vanished * 2 > seenLast;
  const isClear = unveiled > 0 && unveiled * 2 >= veiled;
  if (!isVeil && !isClear && !pace.isSlow) return after;

  const absent = (track: Track): Track => {
    const isVeiled = (isVeil && track.seenAtMs === lastAtMs) || (track.veiled && !isClear);
    const isMissed = pace.isSlow && atMs > lastAtMs && !isVeiled && !isVeil && !isHidden(track, after, atMs);
    return isVeiled === track.veiled && !isMissed ? track : { ...track, veiled: isVeiled, misses: isMissed ? track.misses + 1 : track.misses };
  };
  return after.map((track, index) => (track === before[index] ? absent(track) : track)).filter((track) => {
    const hasDeparted = pace.isSlow && track.misses >= settings.slowMisses && (track.stands || track.left !== null);
    if (hasDeparted) out.push(track);
    return !hasDeparted;
  });
}

/** Something else is seen where it stands: no sign that it has gone. */
const isHidden = ({ spot }: Track, seen: readonly Track[], atMs: number): boolean =>
  seen.some(({ place, seenAtMs }) => seenAtMs === atMs && coveredShare(spot, place) >= 0.5);
