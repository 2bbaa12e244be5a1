/** Pictures, folders and clips as frames of a device, handed over in their order as a camera service would. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Client, FrameToPush } from '../client/client.ts';
import { Refused } from '../client/errors.ts';
import { Failure } from '../contracts/failures.ts';
import { instantFromDate, plusMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { ClipUnreadable, clipFrames } from '../adapters/ffmpeg/clip-frames.ts';
import { resolveAsset } from '../scripts/provision/assets.mjs';
import { usageError } from './command-error.ts';
import { say } from './context.ts';
import type { Context } from './context.ts';

type MediaType = FrameToPush['mediaType'];

export interface Picture {
  /** File name, or the clip's with the frame's number. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly mediaType: MediaType;
}

/** In order of capture; may be played again. */
export interface Footage {
  /** Number of pictures; undefined for a clip, whose length shows at its end. */
  readonly count: number | undefined;
  pictures(): AsyncIterable<Picture>;
}

export interface Pushed {
  readonly deviceId: string;
  readonly accepted: number;
  /** Accepted before: the same device, moment and bytes. */
  readonly duplicates: number;
  readonly frameIds: readonly string[];
  readonly refused: readonly { readonly name: string; readonly code: string; readonly detail: string }[];
}

const MEDIA_TYPES: Readonly<Record<string, MediaType>> = { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp' };
const mediaTypeOf = (name: string): MediaType | undefined => MEDIA_TYPES[extname(name).toLowerCase()];

/** Throws a usage error when there is nothing to hand over, `asset_missing` for a clip without ffmpeg. */
export async function openFootage(source: string, { fps, env }: { fps: number; env: NodeJS.ProcessEnv }): Promise<Footage> {
  const found = await stat(source).catch((error: Error) => { throw usageError(`${source} cannot be read: ${error.message}`, 'Name a picture, a folder of pictures, or a clip.'); });
  if (found.isDirectory()) {
    // In the order in which people and recorders number them: 2 before 10.
    const names = (await readdir(source)).filter((name) => mediaTypeOf(name)).sort(new Intl.Collator('en', { numeric: true }).compare);
    if (names.length === 0) throw usageError(`${source} holds no picture`, `Pictures end in ${Object.keys(MEDIA_TYPES).join(', ')}.`);
    return { count: names.length, pictures: () => readPictures(names.map((name) => join(source, name))) };
  }
  if (mediaTypeOf(source)) return { count: 1, pictures: () => readPictures([source]) };
  const ffmpeg = resolveAsset('ffmpeg', env);
  if (!ffmpeg) throw new Failure('asset_missing', `${source} is taken for a clip, and there is no ffmpeg to read it with; run \`npm run setup\``);
  return { count: undefined, pictures: () => cutClip(ffmpeg.path, source, fps) };
}

async function* readPictures(paths: readonly string[]): AsyncGenerator<Picture> {
  for (const path of paths) yield { name: basename(path), bytes: await readFile(path), mediaType: mediaTypeOf(path) ?? 'image/jpeg' };
}

async function* cutClip(executable: string, clip: string, fps: number): AsyncGenerator<Picture> {
  let number = 0;
  try {
    for await (const bytes of clipFrames({ executable, clip, fps })) {
      number += 1;
      yield { name: `${basename(clip)} #${number}`, bytes, mediaType: 'image/jpeg' };
    }
  } catch (error) {
    if (error instanceof ClipUnreadable) throw usageError(error.message, 'Name a picture (.jpg, .png, .webp), a folder of pictures, or a clip that ffmpeg reads.');
    throw error;
  }
}

export interface PushFootageOptions {
  readonly deviceId: string;
  /** Undefined: so that the last one is of now. */
  readonly firstCapturedAt: Instant | undefined;
  readonly fps: number;
  readonly context: Context;
}

/** A folder of thousands should not take a round trip for each; what is read ahead is held in memory until it is accepted. */
const AT_ONCE = 32;
const BYTES_AT_ONCE = 16 * 1024 * 1024;
/** A key or device that is refused once is refused for every frame. */
const REFUSED_FOR_ALL = ['unauthenticated', 'forbidden', 'device_unknown', 'device_disabled', 'user_disabled'];

/** A frame that is refused for good is told and does not stop the others. */
export async function pushFootage(client: Client, footage: Footage, { deviceId, firstCapturedAt, fps, context }: PushFootageOptions): Promise<Pushed> {
  const count = footage.count ?? (firstCapturedAt === undefined ? await lengthOf(footage) : 0);
  const first = firstCapturedAt ?? plusMs(instantFromDate(new Date()), -(count - 1) * 1000 / fps);
  const pushed = { deviceId, accepted: 0, duplicates: 0, frameIds: [] as string[], refused: [] as { name: string; code: string; detail: string }[] };
  let number = 0;
  for await (const pictures of inPortions(footage.pictures())) {
    const frames = pictures.map(({ bytes, mediaType }, n) => ({ deviceId, capturedAt: plusMs(first, (number + n) * 1000 / fps), bytes, mediaType }));
    number += pictures.length;
    const names = [...new Set([pictures[0]!.name, pictures.at(-1)!.name])].join(' to ');
    const answers = await client.pushFrames(frames, {
      onRetry: ({ error, waitMs }) => say(context, `${names}: ${error.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`),
    });
    for (const [n, answer] of answers.entries()) {
      if (!(answer instanceof Refused)) {
        pushed.frameIds.push(answer.frameId);
        if (answer.status === 'duplicate') pushed.duplicates += 1;
        else pushed.accepted += 1;
        continue;
      }
      if (REFUSED_FOR_ALL.includes(answer.code ?? '')) throw answer;
      pushed.refused.push({ name: pictures[n]!.name, code: answer.code ?? `status ${answer.status}`, detail: answer.detail ?? answer.message });
    }
  }
  return pushed;
}

async function* inPortions(pictures: AsyncIterable<Picture>): AsyncGenerator<Picture[]> {
  let portion: Picture[] = [];
  let bytes = 0;
  for await (const picture of pictures) {
    portion.push(picture);
    bytes += picture.bytes.length;
    if (portion.length < AT_ONCE && bytes < BYTES_AT_ONCE) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

/** Decodes the clip once for its length; the second time its frames are sent. Holding them all instead could fill the memory. */
async function lengthOf(footage: Footage): Promise<number> {
  let count = 0;
  for await (const _picture of footage.pictures()) count += 1;
  return count;
}

export function describePushed({ deviceId, accepted, duplicates, frameIds, refused }: Pushed): string[] {
  const counted = [`${accepted} accepted`, ...(duplicates > 0 ? [`${duplicates} accepted before`] : []), ...(refused.length > 0 ? [`${refused.length} REFUSED`] : [])];
  return [
    `${deviceId}: ${counted.join(', ')}.`,
    ...refused.map(({ name, code, detail }) => `  ${name}: ${code}: ${detail}`),
    ...(frameIds.length > 0 ? [`See what becomes of them: watchpost frames show ${frameIds.at(-1)}`] : []),
  ];
}
