import { describe, expect, it } from 'vitest';
import { detr } from '../../../../../adapters/detector/onnx/heads/detr.ts';

const how = { input: { width: 416, height: 416 }, classes: 80, floor: 0.1 };
const read = (labels: unknown, boxes: unknown, scores: unknown) => detr.read([
  // Exports differ in the order of their outputs, not in their names.
  { name: 'scores', dims: [], data: scores }, { name: 'labels', dims: [], data: labels }, { name: 'boxes', dims: [], data: boxes },
], how);
const failure = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'detector_output_invalid', detail: expect.stringMatching(detail) });

describe('the rows of a DETR-style network', () => {
  it('are label, corners and score; those below the floor are left out', () => {
    expect(read(BigInt64Array.of(0n, 2n, 16n), Float32Array.of(10, 20, 110, 220, 0, 0, 5, 5, 300, 300, 400, 410), Float32Array.of(0.75, 0.05, 0.5))).toEqual([
      { labelIndex: 0, score: 0.75, box: [10, 20, 100, 200] },
      { labelIndex: 16, score: 0.5, box: [300, 300, 100, 110] },
    ]);
  });

  it.each([
    ['labels of another type', Int32Array.of(0), Float32Array.of(0, 0, 1, 1), Float32Array.of(0.5), /64-bit integers/],
    ['fewer boxes than scores', BigInt64Array.of(0n), Float32Array.of(0, 0, 1), Float32Array.of(0.5), /1 labels and 3 sides of boxes for 1 scores/],
    ['a label that the model does not have', BigInt64Array.of(80n), Float32Array.of(0, 0, 1, 1), Float32Array.of(0.5), /label 80 of a model of 80 labels/],
    ['a score that is none', BigInt64Array.of(0n), Float32Array.of(0, 0, 1, 1), Float32Array.of(NaN), /a score of NaN/],
    ['no scores', BigInt64Array.of(0n), Float32Array.of(0, 0, 1, 1), undefined, /the output scores is no tensor/],
  ])('are refused with %s', (_, labels, boxes, scores, detail) => {
    expect(() => read(labels, boxes, scores)).toThrow(failure(detail));
  });
});
