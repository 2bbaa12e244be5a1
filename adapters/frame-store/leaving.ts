/**
 * Pictures on their way out. A picture is put aside by one rename, and only the file that lies aside is ever removed: whoever decided
 * that it may go decided about that file, and a picture of the same bytes that is put meanwhile is another one, in its proper place.
 * Names aside are never used twice, so a process that wakes from a long pause in the middle of a removal finds nothing to do harm to.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredPicture } from '../../activities/ports/frame-store.ts';
import { absent } from './durable-write.ts';
import { isSha256, picturePath } from './paths.ts';

/** Beside the folders of pictures and on their file system, because a rename cannot cross one. */
export const LEAVING = '.leaving';
/** Acceptance writes the bytes first and the row some milliseconds later; an outage of the database stretches that to a minute. */
const KEPT_AFTER_PUT_MS = 10 * 60_000;

export interface PictureAside extends StoredPicture {
  readonly place: string;
  readonly bytes: number;
}

/** Undefined when the picture is not there, or was put too short a time ago. */
export async function putAside(frames: string, sha256: string): Promise<PictureAside | undefined> {
  const path = picturePath(frames, sha256);
  const before = await stat(path).catch(absent);
  if (before === undefined || isFresh(before.mtime)) return undefined;
  const place = join(frames, LEAVING, `${sha256}.${randomBytes(8).toString('hex')}`);
  await rename(path, place).catch(absent);
  const after = await stat(place).catch(absent);
  if (after === undefined) return undefined;
  const aside = { sha256, place, putAt: after.mtime, bytes: after.size };
  if (!isFresh(after.mtime)) return aside;
  // Put again between the look and the rename.
  await putBack(frames, aside);
  return undefined;
}

/** To its proper place, unless the bytes were put there again meanwhile, or somebody else was faster. */
export async function putBack(frames: string, { sha256, place }: Pick<PictureAside, 'sha256' | 'place'>): Promise<void> {
  const path = picturePath(frames, sha256);
  const [there, aside] = [await stat(path).catch(absent), await stat(place).catch(absent)];
  if (aside === undefined) return;
  await (there?.size === aside.size ? unlink(place) : rename(place, path)).catch(absent);
}

/** What a removal that died left aside. Everything comes back: what may go is found again. */
export async function putBackLeftovers(frames: string): Promise<void> {
  for (const { sha256, place } of await allAside(frames)) await putBack(frames, { sha256, place });
}

/** False when somebody put it back first. */
export async function removeAside({ place }: PictureAside): Promise<boolean> {
  return unlink(place).then(() => true, (error: unknown) => absent(error) ?? false);
}

/** Where the picture lies aside, if it does. */
export async function placeAside(frames: string, sha256: string): Promise<string | undefined> {
  return (await allAside(frames)).find((aside) => aside.sha256 === sha256)?.place;
}

async function allAside(frames: string): Promise<Pick<PictureAside, 'sha256' | 'place'>[]> {
  const names = await readdir(join(frames, LEAVING));
  return names.map((name) => ({ sha256: name.split('.')[0] ?? '', place: join(frames, LEAVING, name) })).filter(({ sha256 }) => isSha256(sha256));
}

const isFresh = (putAt: Date): boolean => Date.now() - putAt.getTime() < KEPT_AFTER_PUT_MS;
