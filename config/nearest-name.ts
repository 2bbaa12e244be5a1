/** The known name that somebody who wrote `name` most likely meant, for messages about unknown names. */

/** Undefined when nothing is near: with half of the letters wrong a guess would only mislead. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [best] = known.map((candidate) => ({ candidate, edits: editDistance(name, candidate) })).sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= name.length / 2 ? best.candidate : undefined;
}

/** Letters to insert, delete or replace (Levenshtein), row by row of the usual table. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
