/** Which tracks are forgotten, and which of them is told as a departure. */
import type { Pace } from './pace.ts';
import type { Track } from './scene-memory.ts';
import type { SceneSettings } from './scene-settings.ts';
import { departedFrom, patienceMs } from './settle.ts';

/** Before a frame is looked at: those that nobody waits for any longer go. `out` gets those of them that have departed. */
export function stillAwaited(tracks: readonly Track[], pace: Pace, atMs: number, settings: SceneSettings, out: Track[]): readonly Track[] {
  // A slow camera misses a thing on some frames, too, however long that takes.
  const framesMs = (settings.slowMisses + 0.5) * pace.usualMs;
  const isLost = (track: Track) => (atMs - track.seenAtMs > settings.coastMs ? atMs - track.seenAtMs > Math.max(framesMs, patienceMs(track, settings)) : hasGoneOut(track, atMs));
  if (!tracks.some(isLost)) return tracks;
  return tracks.filter((track) => {
    if (!isLost(track)) return true;
    // What vanished with the picture was not seen to go.
    if (!track.veiled && departedFrom(track, settings) !== null) out.push(track);
    return false;
  });
}

/** By its speed it is out of the picture: who comes in there next, a moment later, is another. */
function hasGoneOut({ place, speedX, speedY, seenAtMs }: Track, atMs: number): boolean {
  if (speedX === 0 && speedY === 0) return false;
  const seconds = (atMs - seenAtMs) / 1000;
  const x = place[0] + place[2] / 2 + speedX * seconds;
  const y = place[1] + place[3] / 2 + speedY * seconds;
  return x < 0 || x > 1 || y < 0 || y > 1;
}

/** At most `maxTracks`. First go those that would be forgotten first anyway; what is in view always fits, as no frame shows more than `maxObserved`. */
export function withinBounds(tracks: readonly Track[], atMs: number, settings: SceneSettings): readonly Track[] {
  if (tracks.length <= settings.maxTracks) return tracks;
  const waits = (track: Track) => (track.seenAtMs === atMs ? Infinity : track.seenAtMs + patienceMs(track, settings));
  const longest = tracks.map((track, index) => ({ index, until: waits(track) })).sort((a, b) => (a.until === b.until ? a.index - b.index : b.until - a.until));
  const staying = new Set(longest.slice(0, settings.maxTracks).map(({ index }) => index));
  return tracks.filter((_, index) => staying.has(index));
}
