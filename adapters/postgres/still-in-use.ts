/** The refusal to delete what something else still refers to. */
import { Failure } from '../../contracts/failures.ts';
import { MAX_NAMED, someOf } from '../../policies/some-of.ts';

/** How many names to read: one over, to know that there are more. */
export const NAMES_TO_READ = MAX_NAMED + 1;

/** `what` is the thing to delete, such as `rule 100`; `references` names, by kind, what refers to it. */
export function refuseIfInUse(what: string, references: Readonly<Record<string, readonly string[]>>): void {
  const named = Object.entries(references)
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind} ${someOf(names)}`);
  if (named.length > 0) throw new Failure('still_in_use', `${what} is still in use: ${named.join('; ')}`);
}
