/** Pieces of a source text that know where they stand, so that a problem found in one can be placed in the whole. */

export interface Span {
  readonly text: string;
  /** Of the first character, in UTF-16 units of the source text. */
  readonly offset: number;
}

export function splitAt(separator: string, { text, offset }: Span): Span[] {
  let next = offset;
  return text.split(separator).map((piece) => {
    const span = { text: piece, offset: next };
    next += piece.length + separator.length;
    return span;
  });
}

/** Where the first visible character stands, or the end of a blank piece. */
export const startOf = ({ text, offset }: Span): number => offset + text.length - text.trimStart().length;
