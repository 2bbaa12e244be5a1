import { describe, expect, it } from 'vitest';
import { readAnchors } from '../../../../adapters/detector/tfjs/coco-ssd-tensor.ts';

const failure = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'detector_output_invalid', detail: expect.stringMatching(detail) });
const scoresOf = (...anchors: Record<number, number>[]) => {
  const scores = new Float32Array(anchors.length * 90);
  anchors.forEach((byId, anchor) => {
    for (const [id, score] of Object.entries(byId)) scores[anchor * 90 + Number(id) - 1] = score;
  });
  return scores;
};

describe('the anchors of coco-ssd', () => {
  it('speak for their likeliest class, as an index of the 80 labels, with boxes from the left top', () => {
    const boxes = new Float32Array([0.25, 0.5, 0.75, 0.625, 0, 0, 1, 1]);
    expect(readAnchors(scoresOf({ 1: 0.25, 18: 0.5 }, { 90: 0.125 }), boxes, 0.1)).toEqual([
      { labelIndex: 16, score: 0.5, box: [0.5, 0.25, 0.125, 0.5] },
      { labelIndex: 79, score: 0.125, box: [0, 0, 1, 1] },
    ]);
  });

  it('say nothing below the floor or of a class that COCO never had', () => {
    expect(readAnchors(scoresOf({ 1: 0.05 }, { 12: 0.9 }), new Float32Array(8), 0.1)).toEqual([]);
  });

  it('are refused when numbers are missing or are no probabilities', () => {
    expect(() => readAnchors(new Float32Array(89), new Float32Array(4), 0.1)).toThrow(failure(/89 scores for 1 boxes/));
    expect(() => readAnchors(scoresOf({ 5: NaN }), new Float32Array(4), 0.1)).toThrow(failure(/a score of NaN/));
  });
});
