/** A scene as it was kept. One that is not whole is none: half a memory would call what it lost an arrival. */
import { MAX_ZONES } from '../../contracts/zone.ts';
import { fieldsOf, isCount, isFlag, isNumber, isText, listOf, numbersOf, textOf } from './read-values.ts';
import type { Left, Place, SceneMemory, Track, ZoneStay } from './scene-memory.ts';
import { SCENE_SETTINGS } from './scene-settings.ts';

export function readScene(value: unknown): SceneMemory | null {
  const field = fieldsOf(value);
  if (field === null) return null;
  const [tracks, shift, lastAtMs, intervalMs] = [listOf(field('tracks'), SCENE_SETTINGS.maxTracks, readTrack), numbersOf(field('shift'), 2), field('lastAtMs'), field('intervalMs')];
  if (tracks === null || shift === null || !isNumber(lastAtMs) || !isNumber(intervalMs) || intervalMs < 0) return null;
  return { tracks, lastAtMs, intervalMs, shift: shift as [number, number] };
}

function readTrack(value: unknown): Track | null {
  const field = fieldsOf(value);
  if (field === null) return null;
  const [label, probability, place, spot] = [field('label'), field('probability'), readPlace(field('place')), readPlace(field('spot'))];
  const [speedX, speedY] = [field('speedX'), field('speedY')];
  const [bornAtMs, seenAtMs, spotAtMs, spotSeenAtMs] = [field('bornAtMs'), field('seenAtMs'), field('spotAtMs'), field('spotSeenAtMs')];
  const [awayFrames, misses] = [field('awayFrames'), field('misses')];
  const [known, moved, stands, doubtful, veiled] = [field('known'), field('moved'), field('stands'), field('doubtful'), field('veiled')];
  const [spotZones, stays] = [listOf(field('spotZones'), MAX_ZONES, textOf), listOf(field('stays'), MAX_ZONES, readStay)];
  const left = field('left') === null ? null : readLeft(field('left'));
  if (!isText(label) || !isNumber(probability) || place === null || spot === null || !isNumber(speedX) || !isNumber(speedY)) return null;
  if (!isNumber(bornAtMs) || !isNumber(seenAtMs) || !isNumber(spotAtMs) || !isNumber(spotSeenAtMs) || !isCount(awayFrames) || !isCount(misses)) return null;
  if (!isFlag(known) || !isFlag(moved) || !isFlag(stands) || !isFlag(doubtful) || !isFlag(veiled)) return null;
  if (spotZones === null || stays === null || (left === null && field('left') !== null)) return null;
  return {
    label, probability, place, speedX, speedY, bornAtMs, seenAtMs, spot, spotAtMs, spotSeenAtMs, awayFrames, known, moved, stands, spotZones, doubtful, misses, veiled, stays, left,
  };
}

function readPlace(value: unknown): Place | null {
  const place = numbersOf(value, 4);
  return place !== null && (place[2] as number) > 0 && (place[3] as number) > 0 ? (place as unknown as Place) : null;
}

function readStay(value: unknown): ZoneStay | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [name, sinceMs, outAtMs] = value as unknown[];
  return isText(name) && isNumber(sinceMs) && (outAtMs === null || isNumber(outAtMs)) ? [name, sinceMs, outAtMs] : null;
}

function readLeft(value: unknown): Left | null {
  const field = fieldsOf(value);
  const [place, zones] = [readPlace(field?.('place')), listOf(field?.('zones'), MAX_ZONES, textOf)];
  return place === null || zones === null ? null : { place, zones };
}
