/** Which names take which classes: a class its own, a group its members and the class of its own name, `anything` all. */
import { CLASS_GROUPS, CLASS_GROUP_NAMES, groupOf } from '../contracts/class-groups.ts';
import type { ClassGroup } from '../contracts/class-groups.ts';
import { ANYTHING } from './model.ts';

const GROUPS: ReadonlySet<string> = new Set(CLASS_GROUP_NAMES);

export const isGroup = (name: string): boolean => GROUPS.has(name);

/** Some models have one class `vehicle`; it belongs to the vehicles and not to `other`. */
export const groupOfClass = (label: string): ClassGroup => (isGroup(label) ? (label as ClassGroup) : groupOf(label));

/** Both canonical. */
export const takes = (name: string, label: string): boolean => name === label || name === ANYTHING || (isGroup(name) && groupOfClass(label) === name);

/** True for a class, and for a group that is one class, as `person` is. */
export function takesOneClass(name: string): boolean {
  if (name === ANYTHING) return false;
  const members: readonly string[] | undefined = Object.hasOwn(CLASS_GROUPS, name) ? CLASS_GROUPS[name as keyof typeof CLASS_GROUPS] : undefined;
  return members === undefined ? !isGroup(name) : members.every((member) => member === name);
}
