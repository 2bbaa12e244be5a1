/** Everything that can be said of a rule before it judges a frame: what can never be, and what looks like a mistake. */
import type { RuleProblem } from '../../contracts/rule.ts';
import type { Zone } from '../../contracts/zone.ts';
import type { ParsedRule } from '../language/parsed-rule.ts';
import { checkClasses } from './check-classes.ts';

/** A model as far as rules can be held against it. */
export interface ModelSight {
  readonly name: string;
  /** As the model writes them. */
  readonly labels: readonly string[];
  /** The highest probability that it ever says of a label, 0..1. */
  highest(label: string): number;
}

/** A device that the rule would judge. */
export interface DeviceSight {
  readonly deviceId: string;
  /** Name of the model that looks at its frames. */
  readonly model: string;
  readonly timeZone: string;
  readonly zones: readonly Zone[];
  /** Zones of the assignment, for objects for which the rule names none; null: anywhere. */
  readonly assignedZones: readonly string[] | null;
}

export interface Sights {
  readonly models: readonly ModelSight[];
  /** Empty for a rule that is assigned to nobody: it is held against every model then, and against no zones. */
  readonly devices: readonly DeviceSight[];
}

/** Problems beside those of the text itself, in order of the text. Takes rules with errors, too, so that an admin sees everything at once. */
export function checkRule(parsed: ParsedRule, { models }: Sights): RuleProblem[] {
  return checkClasses(parsed, models);
}
