/** Names in the frame store. They come from callers and become paths, so nothing passes that could lead out of the folder. */
import { join } from 'node:path';
import { Failure } from '../../contracts/failures.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** What contracts/tag.ts makes, and no more: no separator, no control character, no dot in front (`..`, hidden files). */
const SEGMENT = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,249}$/;
/** `/<user>-<device>/<time>.json` has two; a few more leave room without letting a path grow past the system's limit. */
const MAX_SEGMENTS = 4;

export const isSha256 = (text: string): boolean => SHA256.test(text);

/** `<root>/<aa>/<sha256>`: 256 folders keep each small enough to list. */
export function picturePath(root: string, sha256: string): string {
  if (!isSha256(sha256)) throw new Failure('bytes_missing', 'not the name of a picture: a sha256 is 64 hex digits');
  return join(root, sha256.slice(0, 2), sha256);
}

export function resultPath(root: string, path: string): string {
  const [before, ...segments] = path.split('/');
  const sound = before === '' && segments.length > 0 && segments.length <= MAX_SEGMENTS && segments.every((segment) => SEGMENT.test(segment));
  if (!sound) throw new Failure('stage_defect', `${JSON.stringify(path.slice(0, 100))} is not the path of a result`);
  return join(root, ...segments);
}

export const PICTURE_FOLDERS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
