import { describe, expect, it } from 'vitest';
import type { DetectionCapacity } from '../../adapters/postgres/workers.ts';
import { adaptLimits } from '../../workers/adaptive-limits.ts';
import type { AdaptedLimits } from '../../workers/adaptive-limits.ts';

const SETTINGS = { batchFrames: 32, batchDetectMs: 250, batchesInFlight: 0 };
const BUSY: DetectionCapacity = { slots: 2, frameMs: 25, idleShare: 0, quarantines: 1, framesWait: true, quarantineMissing: false };

const limits = (capacity: Partial<DetectionCapacity> = {}, previous?: AdaptedLimits, settings = SETTINGS, batchesFull = true) => adaptLimits(previous, { ...BUSY, ...capacity }, batchesFull, settings);

/** What comes of the same look so many times over. */
function afterLooks(looks: number, capacity: Partial<DetectionCapacity>, start = limits()): AdaptedLimits {
  let now = start;
  for (let look = 0; look < looks; look += 1) now = limits(capacity, now);
  return now;
}

describe('the size of a batch', () => {
  it.each([[25, 10], [8, 31], [1, 32], [0, 32], [200, 1], [900, 1]])('is what detection does in a quarter of a second: at %d ms a frame %d frames', (frameMs, frames) => {
    expect(limits({ frameMs }).batchFrames).toBe(frames);
  });

  it('is moderate until a detector has been measured', () => {
    expect(limits({ frameMs: null, idleShare: null }).batchFrames).toBe(8);
  });

  it('never exceeds the setting, so that 1 gives every frame a workflow of its own', () => {
    expect(limits({ frameMs: null }, undefined, { ...SETTINGS, batchFrames: 1 }).batchFrames).toBe(1);
    expect(limits({ frameMs: 2 }, undefined, { ...SETTINGS, batchFrames: 1 }).batchFrames).toBe(1);
  });
});

describe('the number of batches in flight', () => {
  it('is one for each detect slot of all workers, and one more', () => {
    expect(limits().inFlight).toBe(3);
    expect(limits({ slots: 10 }).inFlight).toBe(11);
  });

  it('is that of one worker while none has said that it lives', () => {
    expect(limits({ slots: 0, idleShare: null }).inFlight).toBe(3);
  });

  it('rises while detection idles although frames wait, up to a dozen for each slot', () => {
    expect(afterLooks(1, { idleShare: 0.5 }).inFlight).toBeGreaterThan(3);
    expect(afterLooks(100, { idleShare: 0.5 }).inFlight).toBe(24);
  });

  it('does not rise where batches are less than full, and falls back: more of them would only be smaller', () => {
    expect(limits({ idleShare: 0.5 }, limits(), SETTINGS, false).inFlight).toBe(3);
    expect(limits({ idleShare: 0.5 }, { ...limits(), inFlight: 12 }, SETTINGS, false).inFlight).toBe(11);
  });

  it('does not rise where nothing waits, nor where detection is busy', () => {
    expect(afterLooks(100, { idleShare: 0.9, framesWait: false }).inFlight).toBe(3);
    expect(afterLooks(100, { idleShare: 0.1 }).inFlight).toBe(3);
  });

  it('falls back when detection is busy, and follows a worker that leaves', () => {
    const raised = afterLooks(100, { idleShare: 0.5 });
    expect(afterLooks(100, { idleShare: 0.01 }, raised).inFlight).toBe(3);
    expect(limits({ slots: 2 }, { ...raised, inFlight: 80 }).inFlight).toBe(24);
  });

  it('is held by the setting', () => {
    expect(afterLooks(10, { idleShare: 0.5 }, limits({}, undefined, { ...SETTINGS, batchesInFlight: 7 })).inFlight).toBeGreaterThan(7);
    expect(limits({ idleShare: 0.5 }, undefined, { ...SETTINGS, batchesInFlight: 7 }).inFlight).toBe(7);
  });
});

describe('quarantine', () => {
  it('gets nothing where no worker runs it, and two frames for each that does', () => {
    expect([0, 1, 3].map((quarantines) => limits({ quarantines }).aloneInFlight)).toEqual([0, 2, 6]);
  });
});
