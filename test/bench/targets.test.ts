import { describe, expect, it } from 'vitest';
import { spreadOf } from '../../bench/pipeline/measure/percentiles.ts';
import type { Saturation } from '../../bench/pipeline/measure/saturate.ts';
import { orchestration } from '../../bench/pipeline/report/figures.ts';
import { report } from '../../bench/pipeline/report/tables.ts';
import { judge, judgeTargets } from '../../bench/pipeline/report/targets.ts';
import type { Results } from '../../bench/pipeline/results.ts';
import { AS_STARTED } from '../../bench/pipeline/scenarios/saturated-pipeline.ts';

describe('a target', () => {
  const ratio = { what: 'rate', bound: 'at least', limit: 0.8, unit: '' } as const;
  const wait = { what: 'wait', bound: 'at most', limit: 50, unit: ' ms' } as const;

  it('is met at its limit', () => {
    expect(judge(ratio, 0.8)).toEqual({ what: 'rate', target: '>= 0.8', measured: '0.800', met: true, verdict: 'met' });
    expect(judge(wait, 50)).toMatchObject({ target: '<= 50 ms', measured: '50.0 ms', met: true });
  });

  it('that is missed says by how much of itself, either way', () => {
    expect(judge(ratio, 0.4)).toMatchObject({ met: false, verdict: 'MISSED by 50 %' });
    expect(judge(wait, 150)).toMatchObject({ met: false, verdict: 'MISSED by 200 %' });
  });

  it('that is missed by a hair does not read as met', () => {
    expect(judge(ratio, 0.79999)).toMatchObject({ met: false, verdict: 'MISSED by 1 %' });
  });

  it('that was not measured is neither met nor missed', () => {
    expect(judge(wait, null)).toEqual({ what: 'wait', target: '<= 50 ms', measured: '-', met: null, verdict: 'not measured' });
  });
});

const saturation = (framesPerSecond: number, cpuMsPerFrame: Record<string, number> = {}): Saturation => ({
  seconds: 25, frames: 25 * framesPerSecond, framesPerSecond, byState: {}, batchFrames: spreadOf([8]), batchSizes: { 8: 1 }, openBatches: 6, leastWaiting: 100,
  cpuMsPerFrame, cpu: { machineBusy: 1, othersBusy: 0, stolen: 0 },
});
const bare = (framesPerSecond: number) => ({
  seconds: 15, frames: 15 * framesPerSecond, framesPerSecond, cpuMsPerFrame: 40, threads: 2,
  model: { name: 'model', version: '1', sha256: '', runtime: 'none', calibration: 'none' },
});
const accepting = (framesPerSecond: number, p99: number) => ({
  framesPerSecond, answerMs: { count: 100, p50: 1, p99, max: p99 }, retries: 0, generatorDelayP99Ms: 0, generatorCpuMsPerFrame: 1, settledPerSecond: 0,
});
const nothing: Results = {
  startedAt: '', minutes: 1, short: false, machine: { cores: 2, cpu: '', memoryBytes: 0, versions: {}, commit: '' }, othersAtWork: [],
  pictures: { count: 1, width: 1, height: 1, meanBytes: 1 }, settings: {}, bare: [], pictureWork: null, saturated: {}, nullDetector: null, acceptance: null,
  alertLatency: null, failures: [],
};
const everything: Results = {
  ...nothing,
  bare: [bare(40), bare(60)],
  saturated: { 'K=1, spread': saturation(5), [AS_STARTED.name]: saturation(30) },
  pictureWork: { seconds: 1, frames: 1, framesPerSecond: 1, cpuMsPerFrame: 8 },
  nullDetector: saturation(70, { api: 2, pictures: 10, quarantine: 0, flow: 3, temporal: 5, postgres: 4, supervisor: 1, load: 3 }),
  acceptance: { idle: accepting(180, 40), saturated: accepting(90, 80) },
  alertLatency: {
    saturatedFramesPerSecond: 25,
    atLoads: [0.1, 0.5, 0.9].map((load) => ({ load, acceptedPerSecond: load * 25, alerts: 60, handOverMs: { count: 60, p50: 400 * load, p99: 4_000 * load, max: 9_000 } })),
  },
};

describe('the targets of the design', () => {
  const measured = (results: Results): string[] => judgeTargets(results).map((target) => `${target.measured} ${target.verdict}`);

  it('are held against the mean of both bare loops, the pipeline as it is started, half load, and both floods', () => {
    expect(measured(everything)).toEqual([
      '0.600 MISSED by 25 %', '0.450 MISSED by 50 %', '200 ms met', '2000 ms MISSED by 33 %', '40.0 ms met', '80.0 ms MISSED by 60 %', '6.00 times met',
    ]);
  });

  it('are all not measured in a run that measured nothing', () => {
    expect(new Set(measured(nothing))).toEqual(new Set(['- not measured']));
  });
});

describe('orchestration', () => {
  it('is Temporal and the workers; neither API nor database, and never the load generator', () => {
    expect(orchestration(everything)).toEqual({ serverAndWorkersMs: 18, withoutPicturesMs: 10, plantMs: 25 });
  });

  it('counts every worker when each stage has its own', () => {
    expect(orchestration({ nullDetector: saturation(1, { validate: 1, detect: 1, record: 1, temporal: 1, postgres: 1 }), pictureWork: null }))
      .toEqual({ serverAndWorkersMs: 4, withoutPicturesMs: null, plantMs: 5 });
  });
});

describe('the report', () => {
  it('says what makes the figures doubtful', () => {
    const lines = report({
      ...everything, othersAtWork: ['process 1: another'], failures: [{ step: 'acceptance', reason: 'broke' }],
      saturated: { [AS_STARTED.name]: { ...saturation(30), leastWaiting: 0, byState: { failed: 2 }, cpu: { machineBusy: 1, othersBusy: 0.3, stolen: 0 } } },
    });
    const doubts = lines.slice(lines.indexOf('To be doubted') + 1).join('\n');
    for (const doubt of ['acceptance: not measured: broke', 'process 1: another', 'differs by 50 %', 'the backlog fell to 0', 'others took 30 %', '2 frames ended as failed']) expect(doubts).toContain(doubt);
  });

  it('has no doubts where there are none', () => {
    expect(report({ ...everything, bare: [bare(50), bare(51)] })).not.toContain('To be doubted');
  });
});
