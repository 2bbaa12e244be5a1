/** Where a page ended, as a text that callers hand back and nobody reads. */
import { Failure } from '../contracts/failures.ts';

export const encodeCursor = (place: readonly string[]): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Throws `request_malformed` for a text that no page of ours ended with. */
export function decodeCursor(cursor: string, parts: number): string[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(place) && place.length === parts && place.every((part) => typeof part === 'string' && !part.includes('\0'))) return place;
  } catch { /* not JSON: the same refusal */ }
  throw new Failure('request_malformed', 'cursor is not the `next` of a page');
}

/** For pages of what is counted: the number that the page before ended with. */
export function decodeNumber(cursor: string): number {
  const [text = ''] = decodeCursor(cursor, 1);
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Failure('request_malformed', 'cursor is not the `next` of a page');
}

/** The cursor of the page after this one; null when this one was not full. */
export function nextOf<T>(items: readonly T[], limit: number, placeOf: (last: T) => readonly string[]): string | null {
  const last = items.at(-1);
  return last === undefined || items.length < limit ? null : encodeCursor(placeOf(last));
}
