import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../bench/pipeline/pictures.ts';
import { courtyardFrames } from '../support/footage.ts';
import { readerOf } from '../support/plain-camera.ts';

const jpegs = await courtyardFrames(2);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!jpegs)('the frames of the bench', () => {
  it('begin with the footage as it is', () => {
    expect([0, 1].map((number) => digest(frameOf(jpegs!, number)))).toEqual(jpegs!.map(digest));
  });

  it('repeat no picture, neither as sent nor as standardised, and stay sound', async () => {
    const reader = readerOf();
    const frames = Array.from({ length: 40 }, (_, n) => frameOf(jpegs!, n * 15));
    const standardised = await Promise.all(frames.map((frame) => reader.standardise(frame)));
    expect(new Set(frames.map(digest)).size).toBe(40);
    expect(new Set(standardised.map(({ jpeg }) => digest(jpeg))).size).toBe(40);
    expect(standardised.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  it('leave the footage itself untouched', () => {
    const before = jpegs!.map(digest);
    frameOf(jpegs!, 1_001);
    expect(jpegs!.map(digest)).toEqual(before);
  });
});
