/** What the reference evaluator sees of a frame, and what things are called. */
import { groupOf } from '../../../contracts/class-groups.ts';
import type { ObjectFacts } from '../../../policies/memory/scene-memory.ts';

export interface Thing {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
  readonly size: number;
  readonly zones: readonly string[];
  readonly facts: ObjectFacts | null;
  readonly zoneNames: readonly string[];
}

export interface FrameFacts {
  readonly things: readonly Thing[];
  readonly departed: readonly Thing[];
  readonly atMs: number;
  readonly timeZone: string;
  readonly late: boolean;
}

export const groupNamed = (label: string): string => (['person', 'vehicle', 'animal', 'other'].includes(label) ? label : groupOf(label));
export const isCalled = (name: string, label: string): boolean => name === 'anything' || name === label || name === groupNamed(label);
