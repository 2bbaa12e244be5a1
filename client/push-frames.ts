/** Hands over many frames, several in one request, and does not let go of any until it is accepted, or refused for good. */
import type { Receipt } from '../api/shapes/frames.ts';
import type { ParcelAnswer, ParcelItem } from '../api/shapes/parcel.ts';
import type { Connection } from './connection.ts';
import { Refused } from './errors.ts';
import { parcelBody } from './parcel-body.ts';
import { hindranceOf, waitAfter } from './push-frame.ts';
import type { FrameToPush, Hindrance, PushOptions } from './push-frame.ts';
import { maySendAgain } from './retry.ts';

/** What became of a frame: its receipt, or why sending it again cannot help. */
export type PushedFrame = Receipt | Refused;

/** As many as the API takes in one request. */
const MOST_FRAMES = 64;
/** Well below the limit of an API with default settings, and through within the two minutes that it waits for a body, at 1.5 Mbit/s. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Answers in the order of the frames. The requests go one after the other, so frames of a device arrive in the order given.
 * Frames are kept in memory while this runs, and repeats are harmless, as with `pushFrame`.
 * Throws `Refused` when a request is refused for good as a whole, such as for its key, or the reason of the signal; frames may have been accepted by then.
 */
export async function pushFrames(connection: Connection, frames: readonly FrameToPush[], options: PushOptions = {}): Promise<PushedFrame[]> {
  const pushed: PushedFrame[] = [];
  for (const parcel of parcelsOf(frames)) pushed.push(...await pushParcel(connection, parcel, options));
  return pushed;
}

function parcelsOf(frames: readonly FrameToPush[]): FrameToPush[][] {
  const parcels: FrameToPush[][] = [];
  let bytes = 0;
  for (const frame of frames) {
    const current = parcels.at(-1);
    if (current === undefined || current.length === MOST_FRAMES || bytes + frame.bytes.length > MOST_BYTES) {
      parcels.push([frame]);
      bytes = frame.bytes.length;
    } else {
      current.push(frame);
      bytes += frame.bytes.length;
    }
  }
  return parcels;
}

async function pushParcel(connection: Connection, frames: readonly FrameToPush[], options: PushOptions): Promise<PushedFrame[]> {
  const pushed: (PushedFrame | undefined)[] = frames.map(() => undefined);
  for (let attempts = 0; ; attempts += 1) {
    const missing = frames.flatMap((frame, place) => (pushed[place] === undefined ? [{ frame, place }] : []));
    let hindrance: Hindrance | undefined;
    try {
      const items = await offer(connection, missing.map(({ frame }) => frame), options.signal);
      const again = items.map((item, index) => {
        const fate = fateOf(item);
        if (fate instanceof Refused && maySendAgain(fate)) return fate;
        pushed[missing[index]!.place] = fate;
        return undefined;
      }).filter((refused) => refused !== undefined);
      if (again.length > 0) hindrance = { error: again[0]!, retryAfter: longest(again) };
    } catch (error) {
      if (error instanceof Refused && error.status === 413) return inHalves(connection, frames, pushed, error, options);
      if (!maySendAgain(error)) throw error;
      hindrance = hindranceOf(error as Error);
    }
    if (hindrance === undefined) return pushed as PushedFrame[];
    await waitAfter(attempts, hindrance, options);
  }
}

/** The API, or a proxy before it, takes less at once than we thought. One frame that is too large by itself is refused for good. */
async function inHalves(connection: Connection, frames: readonly FrameToPush[], pushed: readonly (PushedFrame | undefined)[], refused: Refused, options: PushOptions): Promise<PushedFrame[]> {
  const places = frames.flatMap((_frame, place) => (pushed[place] === undefined ? [place] : []));
  const all = [...pushed];
  if (places.length === 1) all[places[0]!] = refused;
  else {
    const middle = Math.ceil(places.length / 2);
    for (const half of [places.slice(0, middle), places.slice(middle)]) {
      const answers = await pushParcel(connection, half.map((place) => frames[place]!), options);
      half.forEach((place, index) => { all[place] = answers[index]; });
    }
  }
  return all as PushedFrame[];
}

async function offer(connection: Connection, frames: readonly FrameToPush[], signal?: AbortSignal): Promise<readonly ParcelItem[]> {
  const answer = await connection.json<ParcelAnswer>({ method: 'POST', path: '/v1/frames', ...parcelBody(frames), ...(signal ? { signal } : {}) });
  // A portal that answers 200 to everything must not make frames disappear; a status below 400 is tried again.
  if (!Array.isArray(answer?.items) || answer.items.length !== frames.length) throw new Refused(200, { title: 'the answer is of other frames, so it did not come from Watchpost' });
  return answer.items;
}

function fateOf({ status, problem, retryAfterSeconds, frameId, statusUrl, tag, capturedAt }: ParcelItem): PushedFrame {
  if (frameId !== undefined && statusUrl !== undefined && tag !== undefined && capturedAt !== undefined) {
    return { frameId, status: status === 200 ? 'duplicate' : 'accepted', statusUrl, tag, capturedAt };
  }
  return new Refused(status, problem ?? {}, retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds));
}

/** Those that may come sooner wait along: one request for all costs less than one for each. */
const longest = (refused: readonly Refused[]): string | undefined => {
  const seconds = refused.flatMap(({ retryAfter }) => (retryAfter === undefined ? [] : [Number(retryAfter)]));
  return seconds.length === 0 ? undefined : String(Math.max(...seconds));
};
