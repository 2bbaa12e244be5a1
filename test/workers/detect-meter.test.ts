import { describe, expect, it } from 'vitest';
import type { Detector } from '../../activities/ports/detector.ts';
import { createDetectMeter } from '../../workers/detect-meter.ts';

/** A detector whose frames end when they are told to, and a clock that moves by hand. */
function underMeter(threads: number) {
  let nowMs = 1_000;
  const ends: (() => void)[] = [];
  const plain: Detector = {
    identity: { name: 'hand', version: '1', sha256: '', runtime: 'none', calibration: 'none' }, labels: [],
    detect: () => new Promise((resolve) => { ends.push(() => resolve({ width: 1, height: 1, model: plain.identity, detections: [] })); }),
    close: async () => {},
  };
  const { watch, takeLoad } = createDetectMeter({ slots: 2, threads }, () => nowMs);
  const detector = watch(plain);
  return {
    takeLoad,
    begin: () => detector.detect({ sha256: '', jpeg: async () => Buffer.alloc(0) }, { width: 1, height: 1 }),
    pass: (ms: number) => { nowMs += ms; },
    async end(frame: Promise<unknown>) { ends.shift()!(); await frame; },
  };
}

describe('the load of a detector', () => {
  it('is idle and without a cost per frame until there was one', () => {
    const meter = underMeter(2);
    meter.pass(500);
    expect(meter.takeLoad()).toEqual({ slots: 2, frameMs: null, idleShare: 1 });
  });

  it('counts a frame by the share of the threads that it takes', async () => {
    const meter = underMeter(2);
    const frame = meter.begin();
    meter.pass(100);
    await meter.end(frame);
    meter.pass(100);
    expect(meter.takeLoad()).toEqual({ slots: 2, frameMs: 50, idleShare: 0.75 });
  });

  it('is full, and no more than full, while more frames are in hand than threads', async () => {
    const meter = underMeter(2);
    const frames = [meter.begin(), meter.begin(), meter.begin(), meter.begin()];
    meter.pass(200);
    for (const frame of frames) await meter.end(frame);
    expect(meter.takeLoad()).toEqual({ slots: 2, frameMs: 50, idleShare: 0 });
  });

  it('begins anew at each look, and keeps the cost of a frame while there is none', async () => {
    const meter = underMeter(1);
    const frame = meter.begin();
    meter.pass(80);
    await meter.end(frame);
    meter.takeLoad();
    meter.pass(80);
    expect(meter.takeLoad()).toEqual({ slots: 2, frameMs: 80, idleShare: 1 });
  });

  it('follows a change of cost without being swung by one frame', async () => {
    const meter = underMeter(1);
    for (const ms of [100, 200]) {
      const frame = meter.begin();
      meter.pass(ms);
      await meter.end(frame);
      meter.takeLoad();
    }
    const { frameMs } = meter.takeLoad();
    expect(frameMs).toBeGreaterThan(100);
    expect(frameMs).toBeLessThan(150);
  });
});
