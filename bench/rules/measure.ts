/** How fast one rule set judges one stream of frames, memory carried from frame to frame. */
import type { RuleSet } from '../../contracts/rule.ts';
import { evaluate } from '../../policies/evaluate.ts';
import type { FrameToJudge } from '../../policies/evaluate.ts';
import { EMPTY_MEMORY } from '../../policies/memory/device-memory.ts';

export interface Effort {
  readonly rounds: number;
  /** Of one round, at least; whole frames are judged. */
  readonly roundMs: number;
}

export interface Speed {
  readonly microsPerFrame: number;
  /** A verdict is one assigned rule on one frame, whether or not the frame touches it. */
  readonly verdictsPerSecond: number;
  readonly touchedPerFrame: number;
  readonly matchesPerFrame: number;
}

export function measure(ruleSet: RuleSet, frames: readonly FrameToJudge[], { rounds, roundMs }: Effort): Speed {
  const { touched, matches } = count(ruleSet, frames);
  // The first round is for the compiler of JavaScript and is not counted.
  const times = Array.from({ length: rounds + 1 }, () => round(ruleSet, frames, roundMs)).slice(1).toSorted((a, b) => a - b);
  const microsPerFrame = times[Math.floor(times.length / 2)] as number;
  return { microsPerFrame, verdictsPerSecond: (ruleSet.rules.length * 1e6) / microsPerFrame, touchedPerFrame: touched / frames.length, matchesPerFrame: matches / frames.length };
}

/** CPU time, that of the garbage collector's threads included: what others do on this machine does not count, what we leave for others to clear away does. */
function round(ruleSet: RuleSet, frames: readonly FrameToJudge[], roundMs: number): number {
  const before = process.cpuUsage();
  const spentMicros = (): number => { const { user, system } = process.cpuUsage(before); return user + system; };
  // Asking for the time takes some microseconds, in which a device with one rule judges several frames.
  const framesBetween = Math.max(10, Math.ceil(1_000 / ruleSet.rules.length));
  let [memory, judged] = [EMPTY_MEMORY, 0];
  while (spentMicros() < roundMs * 1000) {
    for (let n = 0; n < framesBetween; n += 1) {
      const place = judged % frames.length;
      if (place === 0) memory = EMPTY_MEMORY;
      memory = evaluate(ruleSet, frames[place] as FrameToJudge, memory).memory;
      judged += 1;
    }
  }
  return spentMicros() / judged;
}

function count(ruleSet: RuleSet, frames: readonly FrameToJudge[]): { touched: number; matches: number } {
  let [memory, touched, matches] = [EMPTY_MEMORY, 0, 0];
  for (const frame of frames) {
    const evaluation = evaluate(ruleSet, frame, memory);
    memory = evaluation.memory;
    touched += evaluation.verdicts.length;
    matches += evaluation.verdicts.filter(({ matched }) => matched).length;
  }
  return { touched, matches };
}
