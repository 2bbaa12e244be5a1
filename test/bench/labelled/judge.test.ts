import { describe, expect, it } from 'vitest';
import { judge, tally } from '../../../bench/labelled/judge.ts';
import type { Box, Detection } from '../../../contracts/detection.ts';

const seen = (label: string, score: number, box: Box): Detection => ({ label, score, probability: score, box });
const there = (label: string, box: Box, ignore = false) => ({ label, box, ignore });
const BOX: Box = [0, 0, 100, 100];
const ASIDE: Box = [500, 500, 100, 100];

describe('what a detector says of a picture', () => {
  it('is right once for each thing, by the surest detection of it', () => {
    const { judged, labelled, found } = judge([seen('dog', 0.5, BOX), seen('dog', 0.9, [5, 5, 100, 100])], [there('dog', BOX), there('cat', ASIDE)]);
    expect(judged.map(({ detection, verdict }) => [detection.score, verdict])).toEqual([[0.9, 'right'], [0.5, 'wrong']]);
    expect([labelled, found]).toEqual([2, 1]);
  });

  it('is wrong under another name, but vehicles have one name', () => {
    expect(judge([seen('cat', 0.9, BOX)], [there('dog', BOX)]).judged[0]!.verdict).toBe('wrong');
    expect(judge([seen('car', 0.9, BOX)], [there('truck', BOX)]).judged[0]!.verdict).toBe('right');
  });

  it('is not counted where people left it open', () => {
    const crowd = there('person', [0, 0, 400, 400], true);
    expect(judge([seen('person', 0.9, BOX), seen('dog', 0.9, BOX), seen('person', 0.8, ASIDE)], [crowd]).judged.map(({ verdict }) => verdict)).toEqual(['not counted', 'wrong', 'wrong']);
    expect(judge([], [crowd]).labelled).toBe(0);
  });

  it('adds up over pictures, of some labels and from a score on', () => {
    const pictures = [
      { detections: [seen('person', 0.9, BOX), seen('person', 0.3, ASIDE), seen('dog', 0.9, ASIDE)], truth: [there('person', BOX)] },
      { detections: [seen('person', 0.6, ASIDE)], truth: [there('person', BOX), there('dog', ASIDE)] },
    ];
    expect(tally(pictures, ['person'], 0.5)).toEqual({ labelled: 2, found: 1, falseAlarms: 1 });
  });
});
