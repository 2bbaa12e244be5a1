/** Which names take which classes: a class its own, a group its members and the class of its own name, `anything` all. */
import { CLASS_GROUP_NAMES, groupOf } from '../contracts/class-groups.ts';
import type { ClassGroup } from '../contracts/class-groups.ts';
import { ANYTHING } from './model.ts';

const GROUPS: ReadonlySet<string> = new Set(CLASS_GROUP_NAMES);

/** Some models have one class `vehicle`; it belongs to the vehicles and not to `other`. */
export const groupOfClass = (label: string): ClassGroup => (GROUPS.has(label) ? (label as ClassGroup) : groupOf(label));

/** Both canonical. */
export const takes = (name: string, label: string): boolean => name === label || name === ANYTHING || (GROUPS.has(name) && groupOfClass(label) === name);
