/** Foreign text on its way into a message: one line, no longer than a person reads. Pure. */

/** Names are as long as their authors like; a subject line and a phone screen are not. */
export const NAME_LIMIT = 60;

/** Control characters would break headers and terminals, direction marks would turn a sentence around, half a surrogate pair has no UTF-8. */
export function oneLine(text: string, limit: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...clean];
  return characters.length <= limit ? clean : `${characters.slice(0, limit - 1).join('').trimEnd()}…`;
}
