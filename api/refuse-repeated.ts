/** The refusal of a list in which one thing stands twice: of two entries that differ nobody knows which is meant. */
import { Failure } from '../contracts/failures.ts';

/** `where` names the list, such as `rules`. Throws `request_malformed`. */
export function refuseRepeated(where: string, ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new Failure('request_malformed', `${where}: ${id} stands there twice; give one entry that says it all`);
    seen.add(id);
  }
}
