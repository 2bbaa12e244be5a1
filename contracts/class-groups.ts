/** Classes that people take as one: a van is called car or truck from one frame to the next, and whoever watches a drive means both. */

export const CLASS_GROUPS = {
  person: ['person'],
  vehicle: ['bicycle', 'car', 'motorcycle', 'bus', 'train', 'truck', 'boat', 'airplane'],
  animal: ['bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe'],
} as const satisfies Record<string, readonly string[]>;

/** `other`: every class that is in none of them. */
export type ClassGroup = keyof typeof CLASS_GROUPS | 'other';
export const CLASS_GROUP_NAMES = [...Object.keys(CLASS_GROUPS), 'other'] as readonly ClassGroup[];

const GROUP_OF = new Map<string, ClassGroup>(Object.entries(CLASS_GROUPS).flatMap(([group, labels]) => labels.map((label) => [label, group as ClassGroup] as const)));

export const groupOf = (label: string): ClassGroup => GROUP_OF.get(label) ?? 'other';
