import { describe, expect, it } from 'vitest';
import type { Detection } from '../../../contracts/detection.ts';
import type { RuleSet } from '../../../contracts/rule.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { Clause } from '../../../contracts/verdict.ts';
import { evaluate } from '../../../policies/evaluate.ts';
import { EMPTY_MEMORY } from '../../../policies/memory/device-memory.ts';
import { when } from '../../../policies/model.ts';

const detection = (label: string, probability: number): Detection => ({ label, score: 0.1, probability, box: [20, 10, 40, 40] });

function clauseOf(expression: string, detections: readonly Detection[], late = false): Clause | undefined {
  const ruleSet: RuleSet = {
    ruleSetId: 'a', timeZone: 'Europe/Berlin', rules: [{ ruleId: '1', version: 1, severity: 'low', zones: null, condition: when(expression) }],
    zones: [{ name: 'yard', kind: 'zone', anchor: 'centre', classes: null, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }],
  };
  const frame = { detections, width: 200, height: 100, capturedAt: parseInstant('2026-11-21T22:15:30.25Z'), late };
  return evaluate(ruleSet, frame, EMPTY_MEMORY).verdicts[0]?.clauses[0];
}

describe('a when condition', () => {
  it.each([
    'objects[0].label == "motorcycle" && objects[0].group == "vehicle" && objects[0].probability == 0.9',
    'objects[0].x == 0.1 && objects[0].y == 0.1 && objects[0].width == 0.2 && objects[0].height == 0.4 && objects[0].size == 0.08',
    'objects[0].zones.size() == 1 && "yard" in objects[0].zones',
    'hour == 23 && minute == 15 && weekday == 6',
    'captured_at == timestamp("2026-11-21T22:15:30.250Z")',
  ])('sees of the frame what it is said to: %s', (expression) => {
    expect(clauseOf(expression, [detection('motorbike', 0.9)])).toMatchObject({ holds: true, text: expression, compared: null, threshold: null });
  });

  it('that has no answer on a frame does not hold and says why', () => {
    const clause = clauseOf('objects[1].label == "car"', [detection('car', 0.9)]);
    expect(clause?.holds).toBe(false);
    expect(clause?.text).toMatch(/^objects\[1\]\.label == "car" \(no answer on this frame: .*index out of bounds/);
  });

  it('that asks what was before says of a late frame that this is not known', () => {
    expect(clauseOf('objects.all(o, o.dwell < 5.0)', [detection('car', 0.9)], true)).toMatchObject({ holds: false, text: 'objects.all(o, o.dwell < 5.0) (not known of a late frame)' });
    expect(clauseOf('objects.all(o, o.size < 0.5)', [detection('car', 0.9)], true)).toMatchObject({ holds: true });
  });

  it('sees the hundred most probable objects of a crowd', () => {
    const crowd = Array.from({ length: 150 }, (_, n) => detection('person', n / 150));
    expect(clauseOf('objects.size() == 100 && objects.all(o, o.probability > 0.33)', crowd)).toMatchObject({ holds: true });
  });
});
