/** What every rule said of a frame, also those of which nothing is stored because the frame had no bearing on them. */
import { DEFAULT_SEVERITY } from '../../contracts/severity.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { untouchedVerdict } from '../../policies/evaluate.ts';
import type { FrameStatus } from './frame-status.ts';
import type { Queryable } from './pool.ts';
import { recordedRuleSet } from './rule-set-cache.ts';
import { readRuleSet } from './rule-sets.ts';

export interface VerdictList {
  /** One for each rule of the set, in order of rule id; as they were stored for a frame that was judged before sets were recorded. */
  readonly verdicts: readonly Verdict[];
  readonly ruleSet: { readonly id: string; readonly rules: number } | null;
}

export async function listVerdicts(db: Queryable, { ruleSetId, verdicts }: Pick<FrameStatus, 'ruleSetId' | 'verdicts'>): Promise<VerdictList> {
  // Severity is younger than some of these.
  if (ruleSetId === null) return { verdicts: verdicts.map((verdict) => ({ ...verdict, severity: (verdict as Partial<Verdict>).severity ?? DEFAULT_SEVERITY })), ruleSet: null };
  const ruleSet = await recordedRuleSet(db, await readRuleSet(db, ruleSetId));
  const touched = new Map(verdicts.map((verdict) => [verdict.ruleId, verdict]));
  return {
    verdicts: ruleSet.rules.map(({ ruleId }) => touched.get(ruleId) ?? untouchedVerdict(ruleSet, ruleId)),
    ruleSet: { id: ruleSetId, rules: ruleSet.rules.length },
  };
}
