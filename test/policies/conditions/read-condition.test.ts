import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../contracts/failures.ts';
import { readCondition } from '../../../policies/conditions/index.ts';
import { anyOf, classAbove } from '../../../policies/model.ts';
import type { Condition } from '../../../policies/model.ts';
import { condition as anyCondition } from '../reference/random-device.ts';

describe('a stored condition', () => {
  it('reads back into equal, frozen nodes', () => {
    fc.assert(
      fc.property(anyCondition, (condition) => {
        const read = readCondition(JSON.parse(JSON.stringify(condition)));
        expect(read).toEqual(condition);
        expect(Object.isFrozen(read)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of the days when there was nothing but class-above reads as the objects that it meant', () => {
    const stored = { kind: 'any-of', children: [{ kind: 'class-above', label: 'Dogs', comparison: '>=', threshold: 0.8 }] };
    expect(readCondition(stored)).toEqual(anyOf([classAbove('dog', '>=', 0.8)]));
  });

  const leaf = { kind: 'class-above', label: 'dog', comparison: '>', threshold: 0.8 };
  const dog = JSON.parse(JSON.stringify(classAbove('dog', '>', 0.8))) as Record<string, unknown>;
  const inFrames = { kind: 'frames', child: dog, atLeast: 2, of: 3, withinMs: null };
  const atNight = { days: [1, 2], from: 1320, to: 360 };
  it.each([
    ['nothing', null, 'condition 0: must be an object'],
    ['a list', [leaf], 'condition 0: must be an object'],
    ['no kind', { label: 'dog' }, 'unknown kind'],
    ['a kind of tomorrow', { kind: 'dwell', seconds: 5 }, 'unknown kind "dwell"; known are any-of, all-of, none-of, objects, frames, during, when'],
    ['a kind that every object has', { kind: 'constructor' }, 'unknown kind "constructor"'],
    ['no children', { kind: 'any-of', children: [] }, 'children must be a list'],
    ['a fault further down', { kind: 'any-of', children: [leaf, { kind: 'all-of', children: [leaf, 5] }] }, 'condition 0.1.1: must be an object'],
    ['no label', { ...leaf, label: ' ' }, 'label must be'],
    ['another comparison', { ...leaf, comparison: '<' }, 'comparison must be'],
    ['a percentage', { ...leaf, threshold: 80 }, 'threshold must be a number from 0 to 1'],
    ['a threshold as text', { ...leaf, threshold: '0.8' }, 'threshold must be a number from 0 to 1'],
    ['a threshold that is no number', { ...leaf, threshold: Number.NaN }, 'threshold must be a number from 0 to 1'],
    ['a threshold beyond sense', { ...leaf, threshold: 0.12345678 }, 'at most six decimals'],
    ['a field of tomorrow', { ...leaf, minSize: 0.1 }, 'class-above has no field "minSize"'],
    ['objects with a field of tomorrow', { ...dog, speed: 3 }, 'objects has no field "speed"'],
    ['objects without a field', { ...dog, except: undefined }, 'except must be a list'],
    ['no selector', { ...dog, select: [] }, 'select must be a list of 1 to 25000'],
    ['a selector that says more', { ...dog, select: [{ name: 'dog', comparison: '>', threshold: 0.8, colour: 'red' }] }, 'a selector has name, comparison and threshold and nothing else'],
    ['a size in percent', { ...dog, minSize: 5 }, 'minSize must be null or a share from 0 to 1'],
    ['sizes that contradict', { ...dog, minSize: 0.5, maxSize: 0.4 }, 'minSize must not be greater than maxSize'],
    ['half a millisecond', { ...dog, dwellMs: 0.5 }, 'dwellMs must be a whole number'],
    ['a motion that nobody makes', { ...dog, motion: 'jump' }, 'motion must be any, arrival or departure'],
    ['a stay of what has left', { ...dog, motion: 'departure', dwellMs: 1000 }, 'dwellMs must be 0 with departure'],
    ['bounds that contradict', { ...dog, atLeast: 3, atMost: 2 }, 'atMost must be null or a whole number that is no less than atLeast'],
    ['a zone without a name', { ...dog, zones: [''] }, 'zones must be a list'],
    ['one frame of one', { ...inFrames, of: 1 }, 'of must be a whole number from 2 to 100'],
    ['more frames than there are', { ...inFrames, atLeast: 4 }, 'atLeast must be a whole number from 1 to of'],
    ['no time at all', { ...inFrames, withinMs: 0 }, 'withinMs must be null or a whole number'],
    ['a fault in the frames', { ...inFrames, child: 5 }, 'condition 0.0: must be an object'],
    ['no window', { kind: 'during', windows: [] }, 'windows must be a list'],
    ['days out of order', { kind: 'during', windows: [{ ...atNight, days: [2, 1] }] }, 'a window has days'],
    ['an eighth day', { kind: 'during', windows: [{ ...atNight, days: [8] }] }, 'a window has days'],
    ['a window that opens at midnight of tomorrow', { kind: 'during', windows: [{ ...atNight, from: 1440 }] }, 'a window has days'],
    ['a window with a zone', { kind: 'during', windows: [{ ...atNight, timeZone: 'UTC' }] }, 'a window has days'],
    ['an expression that is none', { kind: 'when', expression: 'hour >' }, 'condition 0: expression, character 7: Unexpected token'],
    ['an expression that says a number', { kind: 'when', expression: 'hour' }, 'The expression says int'],
  ])('with %s is refused by place and fault', (_, condition, words) => {
    expect(() => readCondition(condition)).toThrow(Failure);
    expect(() => readCondition(condition)).toThrow(words);
  });

  it('may not nest without end, nor name more than anyone can mean', () => {
    let deep: Condition = classAbove('dog', '>', 0.8);
    for (let level = 0; level < 5000; level += 1) deep = anyOf([deep]);
    expect(() => readCondition(deep)).toThrow(/inside each other/);
    expect(() => readCondition(anyOf(Array.from({ length: 20_000 }, () => classAbove('dog', '>', 0.8))))).toThrow(/more than 10000 conditions/);
  });
});
