/**
 * The tag: the one name of a frame, `<userid>-<deviceid>-<timestamp>-<timezone>`, and everything that is named after it.
 *
 * Each part is escaped down to `A-Z a-z 0-9 . _` and `~hh` (a byte of its UTF-8 in lower-case hex), so that `-` separates
 * and nothing else does. What comes out is fit for a file name, a URL path and a Pachyderm path alike, and never `.` or `..`.
 * One builder, one exact inverse: two different frames never share a tag, and no other text reads as one.
 */
import { Failure } from './failures.ts';
import { isInstant } from './time.ts';
import type { Instant } from './time.ts';

export interface TagParts {
  readonly userId: string;
  readonly deviceId: string;
  readonly capturedAt: Instant;
  readonly timeZone: string;
}

/** File systems stop at 255 bytes a name; the rest is room for an extension and a temporary suffix. */
export const MAX_TAG_BYTES = 240;

const ENCODED_PART = /^(?:[A-Za-z0-9._]|~[0-9a-f]{2})+$/;
const TAG_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{6}Z)$/;

/** Takes any ids, hostile ones too. Throws `id_unsafe` when one is empty or has no UTF-8, or the tag comes out too long. */
export function buildTag(parts: TagParts): string {
  const { user, device, time, zone } = encodedParts(parts);
  return [user, device, time, zone].join('-');
}

/** The exact inverse of `buildTag`; throws `tag_mismatch` for every text that `buildTag` would not have made. */
export function parseTag(text: string): TagParts {
  const [user, device, time, zone, ...rest] = text.split('-');
  if (user === undefined || device === undefined || time === undefined || zone === undefined || rest.length > 0) {
    throw notATag(text, 'it needs four parts with three hyphens between them');
  }
  if (text.length > MAX_TAG_BYTES) throw notATag(text, `it is longer than ${MAX_TAG_BYTES} bytes`);
  const capturedAt = time.replace(TAG_TIME, '$1-$2-$3T$4:$5:$6');
  if (!TAG_TIME.test(time) || !isInstant(capturedAt)) throw notATag(text, 'the third part is no moment such as 20261121T021400.123456Z');
  const [userId, deviceId, timeZone] = [user, device, zone].map(decodePart);
  if (userId === undefined || deviceId === undefined || timeZone === undefined) throw notATag(text, 'its parts are not escaped as tags are');
  return { userId, deviceId, capturedAt, timeZone };
}

/** Where the detections of a frame are kept: `/<user>-<device>/<time>.json`. Throws as `buildTag` does. */
export function detectionsPath(parts: TagParts): string {
  const { user, device, time } = encodedParts(parts);
  return `/${user}-${device}/${time}.json`;
}

/** The standardised frame under its tag. Throws as `buildTag` does. */
export const frameFileName = (parts: TagParts, extension: 'jpg' | 'png' | 'webp'): string => `${buildTag(parts)}.${extension}`;

/** One part of a tag. Throws `id_unsafe` when the text is empty or holds half a surrogate pair, which has no UTF-8. */
export function encodePart(text: string): string {
  if (text === '') throw new Failure('id_unsafe', 'an empty id or zone cannot stand in a tag');
  return utf8Percent(text)
    .replace(/[-!~*'()]/g, (kept) => `~${kept.charCodeAt(0).toString(16)}`)
    .replace(/%(..)/g, (_, hex: string) => `~${hex.toLowerCase()}`);
}

function encodedParts(parts: TagParts): { user: string; device: string; time: string; zone: string } {
  // A text that merely calls itself an Instant would make a tag that no longer reads back.
  if (!isInstant(parts.capturedAt)) throw new Failure('captured_at_malformed', `${JSON.stringify(String(parts.capturedAt).slice(0, 60))} is not in canonical form`);
  const user = encodePart(parts.userId);
  const device = encodePart(parts.deviceId);
  const time = parts.capturedAt.replace(/[-:]/g, '');
  const zone = encodePart(parts.timeZone);
  const tagBytes = user.length + device.length + time.length + zone.length + 3;
  if (tagBytes > MAX_TAG_BYTES) throw new Failure('id_unsafe', `user, device and zone make a tag of ${tagBytes} bytes, over the limit of ${MAX_TAG_BYTES}`);
  return { user, device, time, zone };
}

/** Undefined unless `encodePart` makes this very text: an escape that was not needed would be a second name for one part. */
function decodePart(part: string): string | undefined {
  if (!ENCODED_PART.test(part)) return undefined;
  try {
    const text = decodeURIComponent(part.replaceAll('~', '%'));
    return encodePart(text) === part ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The language's own UTF-8, because this runs inside the workflow sandbox, where Node's `Buffer` does not exist. */
function utf8Percent(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (error) {
    throw new Failure('id_unsafe', 'an id or zone holds half a surrogate pair, which has no UTF-8', { cause: error });
  }
}

const notATag = (text: string, reason: string): Failure => new Failure('tag_mismatch', `${JSON.stringify(text.slice(0, MAX_TAG_BYTES))} is not a tag: ${reason}`);
