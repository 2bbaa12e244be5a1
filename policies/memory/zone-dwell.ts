/** How long a thing has been in which zones. */
import type { ZoneStay } from './scene-memory.ts';

const NO_STAYS: readonly ZoneStay[] = Object.freeze([]);

/** The stays after a frame that shows the thing in `zones` (bits by `zoneNames`). `seenAtMs`: when it was seen before this frame. */
export function staysAfter(stays: readonly ZoneStay[], zones: number, zoneNames: readonly string[], seenAtMs: number, atMs: number, graceMs: number): readonly ZoneStay[] {
  if (zones === 0 && stays.length === 0) return NO_STAYS;
  if (areAsBefore(stays, zones, zoneNames)) return stays;
  const after: ZoneStay[] = [];
  for (let zone = 0; zone < zoneNames.length; zone += 1) {
    const name = zoneNames[zone] as string;
    const stay = stays.find(([known]) => known === name);
    const inside = ((zones >>> zone) & 1) === 1;
    if (inside) after.push(stay !== undefined && lasts(stay, atMs, graceMs) ? [name, stay[1], null] : [name, atMs, null]);
    else if (stay !== undefined) {
      const out: ZoneStay = [name, stay[1], stay[2] ?? seenAtMs];
      if (lasts(out, atMs, graceMs)) after.push(out);
    }
  }
  return after;
}

/** By zone, in order of `zoneNames`; 0 in those it is not in. Null where there are no zones. */
export function zoneDwells(stays: readonly ZoneStay[], zoneNames: readonly string[], atMs: number): readonly number[] | null {
  if (zoneNames.length === 0) return null;
  const dwells = new Array<number>(zoneNames.length).fill(0);
  for (const [name, sinceMs, outAtMs] of stays) if (outAtMs === null) dwells[zoneNames.indexOf(name)] = millisecondsBetween(sinceMs, atMs);
  return dwells;
}

/** The names of the zones in which it is, or was a step ago. */
export const namesOf = (stays: readonly ZoneStay[]): readonly string[] => stays.map(([name]) => name);

/** Bits of those names that are still a zone's. */
export const bitsOf = (names: readonly string[], zoneNames: readonly string[]): number =>
  names.reduce((bits, name) => (zoneNames.includes(name) ? bits | (1 << zoneNames.indexOf(name)) : bits), 0);

/** To the microsecond: moments of today are kept to a quarter of one, and "60 seconds" shall not be 59.9999998. */
export const millisecondsBetween = (fromMs: number, toMs: number): number => Math.round((toMs - fromMs) * 1000) / 1000;

const lasts = ([, , outAtMs]: ZoneStay, atMs: number, graceMs: number): boolean => outAtMs === null || atMs - outAtMs <= graceMs;

/** Inside the same zones as before and nowhere just outside: what is true of almost every thing in almost every frame. */
function areAsBefore(stays: readonly ZoneStay[], zones: number, zoneNames: readonly string[]): boolean {
  let left = zones;
  for (const [name, , outAtMs] of stays) {
    const zone = zoneNames.indexOf(name);
    if (outAtMs !== null || zone < 0 || ((left >>> zone) & 1) === 0) return false;
    left &= ~(1 << zone);
  }
  return left === 0;
}
