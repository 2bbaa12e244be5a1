/** Aligned columns for people. */

/** Names and details come from callers of the API: an escape sequence in one must not reach the terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');

export type Row = readonly (string | number | null | undefined)[];

const GAP = '  ';

/** Two spaces between columns; numbers stand to the right; null is a dash. */
export function table(rows: readonly Row[], heading?: readonly string[]): string[] {
  if (rows.length === 0) return [];
  const cells = [...(heading ? [heading] : []), ...rows].map((row) => row.map(cellText));
  const widths = cells.reduce<number[]>((widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)), []);
  const right = rows.reduce<boolean[]>((so, row) => row.map((cell, column) => (so[column] ?? true) && typeof cell === 'number'), []);
  return cells.map((row) => row
    .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
    .join(GAP).trimEnd());
}

/** `name  value` lines below each other. */
export const facts = (rows: readonly Row[], indent = ''): string[] => table(rows).map((line) => indent + line);

const cellText = (cell: Row[number]): string => (cell === null || cell === undefined || cell === '' ? '-' : printable(String(cell)));
