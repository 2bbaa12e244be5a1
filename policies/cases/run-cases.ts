/** Plays the named cases of a rule through the engine and its memory, frame by frame, as a device would. Pure. */
import type { Detection } from '../../contracts/detection.ts';
import type { RuleSet } from '../../contracts/rule.ts';
import { DEFAULT_SEVERITY } from '../../contracts/severity.ts';
import { plusMs } from '../../contracts/time.ts';
import { evaluate } from '../evaluate.ts';
import { EMPTY_MEMORY } from '../memory/device-memory.ts';
import type { DeviceMemory } from '../memory/device-memory.ts';
import type { Rule } from '../model.ts';
import type { CaseFile, CaseObject, RuleCase } from './case-file.ts';
import { faultOf } from './expectation.ts';

export interface CaseResult {
  readonly name: string;
  /** What was expected and what came instead, one sentence; null: the case holds. */
  readonly fault: string | null;
  /** Times of all matches since the first frame. */
  readonly matchesMs: readonly number[];
  readonly frames: number;
}

/** One result per case, in their order. */
export function runCases(rule: Rule, { device: { timeZone, zones }, cases }: CaseFile): CaseResult[] {
  const { ruleId, condition, severity } = rule;
  const ruleSet: RuleSet = { ruleSetId: 'cases', rules: [{ ruleId, version: 1, condition, severity: severity ?? DEFAULT_SEVERITY, zones: null }], zones, timeZone };
  return cases.map((played) => {
    const { matchesMs, frames } = play(ruleSet, played);
    return { name: played.name, fault: faultOf(played.expected, matchesMs, frames), matchesMs, frames };
  });
}

function play(ruleSet: RuleSet, { start, everyMs, stretches }: RuleCase): Pick<CaseResult, 'matchesMs' | 'frames'> {
  const matchesMs: number[] = [];
  let memory: DeviceMemory = EMPTY_MEMORY;
  let frames = 0;
  let atMs = 0;
  for (const stretch of stretches) {
    if (stretch.kind === 'pause') {
      atMs += stretch.ms;
      continue;
    }
    for (let index = 0; index < stretch.count; index += 1) {
      const detections = stretch.objects.map((object) => detectionOf(object, index));
      // A picture of one by one: boxes are shares of it already.
      const evaluation = evaluate(ruleSet, { detections, width: 1, height: 1, capturedAt: plusMs(start, atMs), late: false }, memory);
      if (evaluation.verdicts.some(({ matched }) => matched)) matchesMs.push(atMs);
      memory = evaluation.memory;
      frames += 1;
      atMs += everyMs;
    }
  }
  return { matchesMs, frames };
}

function detectionOf({ label, probability, at: [x, y, width, height], move: [right, down] }: CaseObject, index: number): Detection {
  return { label, score: probability, probability, box: [x + right * index, y + down * index, width, height] };
}
