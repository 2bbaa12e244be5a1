import { describe, expect, it } from 'vitest';
import { calibrationOf } from '../../../adapters/detector/calibration.ts';
import { toDetectionSet } from '../../../adapters/detector/detection-set.ts';
import { COCO_INDEX_OF_ID, COCO_LABELS } from '../../../adapters/detector/labels.ts';
import type { Box, ModelIdentity } from '../../../contracts/detection.ts';

const model: ModelIdentity = { name: 'm', version: '1', sha256: '00', runtime: 'none', calibration: 'none' };
const size = { width: 100, height: 80 };
const boxesOf = (...boxes: Box[]) =>
  toDetectionSet(boxes.map((box, i) => ({ labelIndex: i, score: 0.9 - i / 100, box })), size, COCO_LABELS, model, calibrationOf({ name: 'm', version: '1' })).detections.map(({ box }) => box);

describe('a detection set', () => {
  it('has boxes cut at the edges of the picture, in tenths of a pixel', () => {
    expect(boxesOf([-10, -5, 30.123, 20.06], [90, 70, 50, 50])).toEqual([[0, 0, 20.1, 15.1], [90, 70, 10, 10]]);
  });

  it('leaves out what lies outside, is thinner than a pixel or is no number', () => {
    expect(boxesOf([200, 10, 20, 20], [10, 10, 0.5, 20], [NaN, 10, 20, 20], [10, 10, 20, Number.NEGATIVE_INFINITY])).toEqual([]);
  });

  it('is ordered by probability, which a calibration may change', () => {
    const upsideDown = { name: 'test', toProbability: (score: number) => 1 - score };
    const candidates = [{ labelIndex: 0, score: 0.9, box: [0, 0, 10, 10] as const }, { labelIndex: 16, score: 0.2, box: [50, 50, 10, 10] as const }];
    expect(toDetectionSet(candidates, size, COCO_LABELS, model, upsideDown)).toEqual({
      ...size,
      model,
      detections: [
        { label: 'dog', score: 0.2, probability: 0.8, box: [50, 50, 10, 10] },
        { label: 'person', score: 0.9, probability: 0.1, box: [0, 0, 10, 10] },
      ],
    });
  });

  it('has probabilities that depend on the class where the calibration says so', () => {
    const calibration = { name: 'test', toProbability: (score: number, label: string) => (label === 'person' ? score : 0.1) };
    const candidates = [0, 16].map((labelIndex) => ({ labelIndex, score: 0.9, box: [50 * Number(labelIndex > 0), 0, 10, 10] as const }));
    expect(toDetectionSet(candidates, size, COCO_LABELS, model, calibration).detections.map(({ label, probability }) => [label, probability])).toEqual([['person', 0.9], ['dog', 0.1]]);
  });
});

describe('the labels', () => {
  it('are 80 different ones, and each has one id of the longer list of COCO', () => {
    expect(new Set(COCO_LABELS).size).toBe(80);
    expect([...COCO_INDEX_OF_ID.values()]).toEqual(COCO_LABELS.map((_, index) => index));
    // From the published instances_val2017.json.
    const published = { 1: 'person', 3: 'car', 11: 'fire hydrant', 13: 'stop sign', 18: 'dog', 27: 'backpack', 44: 'bottle', 46: 'wine glass', 67: 'dining table', 70: 'toilet', 72: 'tv', 84: 'book', 90: 'toothbrush' };
    for (const [id, label] of Object.entries(published)) expect(COCO_LABELS[COCO_INDEX_OF_ID.get(Number(id)) ?? -1]).toBe(label);
    expect(COCO_INDEX_OF_ID.get(12)).toBeUndefined();
  });
});
