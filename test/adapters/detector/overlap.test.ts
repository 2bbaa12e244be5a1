import { describe, expect, it } from 'vitest';
import { intersectionOverUnion, suppressOverlaps } from '../../../adapters/detector/overlap.ts';
import type { Candidate } from '../../../adapters/detector/overlap.ts';
import { COCO_LABELS } from '../../../adapters/detector/labels.ts';
import type { Box } from '../../../contracts/detection.ts';

const seen = (label: string, score: number, box: Box): Candidate => ({ labelIndex: COCO_LABELS.indexOf(label), score, box });
const kept = (...candidates: Candidate[]) => suppressOverlaps(candidates).map(({ labelIndex, score }) => `${COCO_LABELS[labelIndex]} ${score}`);

describe('overlap', () => {
  it('is 1 for the same box, 0 for boxes that only touch, and a third for two that share half', () => {
    expect(intersectionOverUnion([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
    expect(intersectionOverUnion([0, 0, 10, 10], [10, 0, 10, 10])).toBe(0);
    expect(intersectionOverUnion([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3);
  });
});

describe('of overlapping boxes', () => {
  it('the likeliest one stands for one thing', () => {
    expect(kept(seen('person', 0.6, [2, 2, 50, 100]), seen('person', 0.9, [0, 0, 50, 100]))).toEqual(['person 0.9']);
  });

  it('both stand for two people side by side', () => {
    expect(kept(seen('person', 0.9, [0, 0, 50, 100]), seen('person', 0.8, [22, 0, 50, 100]))).toEqual(['person 0.9', 'person 0.8']);
  });

  it('one animal is not a dog and a cat', () => {
    expect(kept(seen('cat', 0.26, [102, 98, 190, 300]), seen('dog', 0.77, [100, 100, 190, 300]))).toEqual(['dog 0.77']);
  });

  it('a cat on a couch and a rider on a motorcycle both stand', () => {
    expect(kept(seen('couch', 0.7, [0, 0, 100, 60]), seen('cat', 0.6, [0, 10, 75, 50]))).toEqual(['couch 0.7', 'cat 0.6']);
    expect(kept(seen('motorcycle', 0.8, [0, 30, 100, 70]), seen('person', 0.7, [10, 0, 80, 95]))).toEqual(['motorcycle 0.8', 'person 0.7']);
  });

  it('no more than a hundred are kept, the likeliest ones', () => {
    const crowd = Array.from({ length: 300 }, (_, i) => seen('person', i / 1000, [i * 20, 0, 10, 10]));
    const scores = suppressOverlaps(crowd).map(({ score }) => score);
    expect(scores).toHaveLength(100);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBe(0.299);
  });
});
