/**
 * Which silent devices are told of, and which that send again, and together with which others. Pure; all moments are of one clock of ours, because a
 * recorder that sends late is not silent.
 *
 * Where a site loses its line or its power all its devices fall silent within minutes. So a device is told of a little after its time, together with
 * all others of its user that are silent by then, and the next silence of the user only after a while: a site that goes dark is one message, or two.
 */
import { elapsedMs, plusMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface SilenceSettings {
  /** From the time at which a device is silent to its message, at most: others of the site follow within it. */
  readonly gatherMs: number;
  /** A device that may be silent for a short time only is in a hurry: gathering takes no more of it than this share. */
  readonly gatherShare: number;
  /** From one message of silence to the next to the same user, at least. */
  readonly userApartMs: number;
  /** From one notice of silence to the next of the same device, at least. */
  readonly apartMs: number;
}

export const DEFAULT_SILENCE: SilenceSettings = Object.freeze({
  /** Cameras that send every minute or two all fall silent within it. */
  gatherMs: 120_000,
  gatherShare: 0.2,
  /** As long as it takes most devices of a site to be found silent after the first; one that fails by itself meanwhile waits no longer than this. */
  userApartMs: 900_000,
  apartMs: 6 * 3_600_000,
});

/** Past its time, and without an open notice. */
export interface QuietDevice {
  readonly deviceId: string;
  readonly userId: string;
  /** Since when it could have been heard and was not. */
  readonly countsFrom: Instant;
  /** How long it may send nothing. */
  readonly limitMs: number;
  /** When its last notice of silence was told; null without one. */
  readonly lastNoticeAt: Instant | null;
}

/** `toldAt`: when users were last told of a silence. Each group makes one message. */
export function silencesToTell<D extends QuietDevice>(quiet: readonly D[], toldAt: ReadonlyMap<string, Instant>, now: Instant, settings = DEFAULT_SILENCE): D[][] {
  const ripe = quiet.filter(({ lastNoticeAt }) => lastNoticeAt === null || now >= plusMs(lastNoticeAt, settings.apartMs));
  return byUser(ripe).filter(([first, ...others]) => {
    const last = toldAt.get(first.userId);
    if (last !== undefined && now < plusMs(last, settings.userApartMs)) return false;
    return [first, ...others].some(({ countsFrom, limitMs }) => elapsedMs(countsFrom, now) >= limitMs + Math.min(settings.gatherMs, limitMs * settings.gatherShare));
  });
}

/** An open notice of silence. */
export interface OpenSilence {
  readonly userId: string;
  readonly limitMs: number;
  /** When the device was first heard again; null while it is silent. */
  readonly wellSince: Instant | null;
}

/** Those to close, each group with one message: once all silent devices of the user are heard again, or the first of them has been for a while. */
export function returnsToTell<S extends OpenSilence>(open: readonly S[], now: Instant, settings = DEFAULT_SILENCE): S[][] {
  return byUser(open).flatMap((silences) => {
    const back = silences.filter(({ wellSince }) => wellSince !== null);
    const waited = back.some(({ wellSince, limitMs }) => elapsedMs(wellSince!, now) >= Math.min(settings.gatherMs, limitMs * settings.gatherShare));
    return back.length > 0 && (back.length === silences.length || waited) ? [back] : [];
  });
}

function byUser<T extends { readonly userId: string }>(things: readonly T[]): [T, ...T[]][] {
  const users = new Map<string, [T, ...T[]]>();
  for (const thing of things) {
    const known = users.get(thing.userId);
    if (known) known.push(thing);
    else users.set(thing.userId, [thing]);
  }
  return [...users.values()];
}
