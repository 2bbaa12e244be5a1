/** The measured targets of the design that this bench can hold the product against, and what became of each. */
import type { Results } from '../results.ts';
import { asStarted, bareCpuMs, bareFramesPerSecond, orchestration, ratio } from './figures.ts';

interface Target {
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  readonly unit: '' | ' ms' | ' times';
  readonly measured: (results: Results) => number | null | undefined;
}

const HALF_LOAD = 0.5;
const atHalfLoad = ({ alertLatency }: Results) => alertLatency?.atLoads.find(({ load }) => load === HALF_LOAD)?.handOverMs;

/** In the design's order and words. */
const TARGETS: readonly Target[] = [
  {
    what: 'saturated pipeline frames/s / bare decode+detect loop', bound: 'at least', limit: 0.8, unit: '',
    measured: (results) => ratio(asStarted(results)?.framesPerSecond, bareFramesPerSecond(results)),
  },
  {
    what: 'orchestration CPU per frame / detection CPU per frame', bound: 'at most', limit: 0.3, unit: '',
    measured: (results) => ratio(orchestration(results)?.serverAndWorkersMs, bareCpuMs(results)),
  },
  { what: 'acceptance to message handed over, half load, p50', bound: 'at most', limit: 500, unit: ' ms', measured: (results) => atHalfLoad(results)?.p50 },
  { what: 'acceptance to message handed over, half load, p99', bound: 'at most', limit: 1_500, unit: ' ms', measured: (results) => atHalfLoad(results)?.p99 },
  { what: '202 with 50 in flight, pipeline idle, p99', bound: 'at most', limit: 50, unit: ' ms', measured: ({ acceptance }) => acceptance?.idle.answerMs.p99 },
  { what: '202 with 50 in flight, pipeline saturated, p99', bound: 'at most', limit: 50, unit: ' ms', measured: ({ acceptance }) => acceptance?.saturated.answerMs.p99 },
  {
    what: 'accepted frames/s, pipeline idle / saturated pipeline frames/s', bound: 'at least', limit: 5, unit: ' times',
    measured: (results) => ratio(results.acceptance?.idle.framesPerSecond, asStarted(results)?.framesPerSecond),
  },
];

export interface Judgement {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Null: not measured in this run. */
  readonly met: boolean | null;
  readonly verdict: string;
}

export const judgeTargets = (results: Results): Judgement[] => TARGETS.map((target) => judge(target, target.measured(results) ?? null));

export function judge({ what, bound, limit, unit }: Omit<Target, 'measured'>, measured: number | null): Judgement {
  const said = { what, target: `${bound === 'at least' ? '>=' : '<='} ${limit}${unit}` };
  if (measured === null) return { ...said, measured: '-', met: null, verdict: 'not measured' };
  const met = bound === 'at least' ? measured >= limit : measured <= limit;
  // What was missed never reads as missed by nothing.
  const offPercent = Math.max(1, Math.round(Math.abs(measured / limit - 1) * 100));
  const verdict = met ? 'met' : `MISSED by ${offPercent} %`;
  return { ...said, measured: `${written(measured)}${unit}`, met, verdict };
}

/** Three digits, as many as a run can be trusted with. */
export const written = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
