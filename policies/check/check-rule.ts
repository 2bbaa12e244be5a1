/** Everything that can be said of a rule before it judges a frame: what can never be, and what looks like a mistake. */
import type { RuleProblem } from '../../contracts/rule.ts';
import type { Zone } from '../../contracts/zone.ts';
import type { ParsedRule } from '../language/parsed-rule.ts';
import { ProblemList } from '../language/problems.ts';
import { checkMentions, warnOfUnknownClasses } from './check-classes.ts';
import { checkEmptiness } from './check-emptiness.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkFrames } from './check-frames.ts';
import { checkLimits } from './check-limits.ts';
import { checkPossibility } from './check-possibility.ts';
import { checkRepeats } from './check-repeats.ts';
import { checkRuleZones } from './check-rule-zones.ts';
import { checkSilence } from './check-silence.ts';
import { CheckSubject } from './check-subject.ts';
import { checkThresholds } from './check-thresholds.ts';
import { checkWindows } from './check-windows.ts';
import { ModelReach } from './model-reach.ts';

/** A model as far as rules can be held against it. */
export interface ModelSight {
  readonly name: string;
  /** As the model writes them. */
  readonly labels: readonly string[];
  /** The highest probability that it ever says of one of its labels, 0..1. */
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
  /** At least those that the devices name. */
  readonly models: readonly ModelSight[];
  /** Empty for a rule that is assigned to nobody: it is held against every model then, and against no zones. */
  readonly devices: readonly DeviceSight[];
}

/** Problems beside those of the text itself, in order of the text. Takes rules with errors, too, so that an admin sees everything at once. */
export function checkRule(parsed: ParsedRule, { models, devices }: Sights): RuleProblem[] {
  const problems = new ProblemList(parsed.source);
  const inPlay = modelsInPlay(models, devices);
  if (parsed.rule === null) {
    warnOfUnknownClasses(parsed.mentions, new ModelReach(inPlay), problems);
  } else {
    const subject = new CheckSubject(parsed, parsed.rule.condition, { models: inPlay, devices }, problems);
    for (const check of CHECKS) check(subject);
  }
  return problems.toArray();
}

/** Only so many problems are told, so the loudest comes first, and last is what one rule can have dozens of. */
const CHECKS: readonly ((subject: CheckSubject) => void)[] = [
  checkSilence, checkLimits, checkFrames, checkWindows, checkPossibility, checkRuleZones, checkEmptiness, checkMentions, checkExpressions, checkThresholds, checkRepeats,
];

/** Those of the devices; all of them where no device says which. */
function modelsInPlay(models: readonly ModelSight[], devices: readonly DeviceSight[]): readonly ModelSight[] {
  const named = new Set(devices.map(({ model }) => model));
  const inPlay = models.filter(({ name }) => named.has(name));
  return inPlay.length === 0 ? models : inPlay;
}
