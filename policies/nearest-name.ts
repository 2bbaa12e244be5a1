/** Which class, zone, key or day somebody meant: for "did you mean ...?", so silence is better than a wild guess. */

/** The known name nearest to an unknown one, or undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  // "ball" for "sports ball": the whole word counts more than any spelling.
  const byWord = known.find((candidate) => candidate.split(' ').includes(name));
  if (byWord !== undefined) return byWord;
  // One slip in three letters, two at most: "raccoon" is three away from "balloon" and must not become one.
  const allowed = Math.min(2, Math.floor(name.length / 3));
  let nearest: { candidate: string; distance: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = editDistance(name, candidate);
    if (distance <= allowed && distance < (nearest?.distance ?? Infinity)) nearest = { candidate, distance };
  }
  return nearest?.candidate;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours (Damerau 1964). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const substitution = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, substitution);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
