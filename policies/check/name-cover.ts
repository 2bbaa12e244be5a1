/** Whether one name of a rule takes all of what another takes, or nothing of it. Doubtful cases are answered with no, so that nothing is called impossible that is not. */
import { CLASS_GROUPS } from '../../contracts/class-groups.ts';
import { isGroup, takes } from '../class-groups.ts';
import { ANYTHING } from '../model.ts';

/** Groups and `anything`. */
export const isManyClasses = (name: string): boolean => name === ANYTHING || isGroup(name);

/** Whatever `inner` takes is taken by `outer`, too. False where that is not certain. */
export function covers(outer: string, inner: string): boolean {
  if (outer === ANYTHING || outer === inner) return true;
  if (inner === ANYTHING) return false;
  return isGroup(inner) ? membersOf(inner)?.every((label) => takes(outer, label)) ?? false : takes(outer, inner);
}

/** Nothing is taken by both. False where that is not certain. */
export function areApart(one: string, other: string): boolean {
  if (one === ANYTHING || other === ANYTHING) return false;
  const [ones, others] = [membersOf(one), membersOf(other)];
  if (ones === null || others === null) return false;
  return !ones.some((label) => takes(other, label)) && !others.some((label) => takes(one, label));
}

/** Null for a group without a list: `other` is whatever the lists leave out. */
function membersOf(name: string): readonly string[] | null {
  if (!isGroup(name)) return [name];
  const listed: readonly string[] | undefined = (CLASS_GROUPS as Readonly<Record<string, readonly string[]>>)[name];
  return listed === undefined ? null : [name, ...listed];
}
