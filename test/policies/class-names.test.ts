import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalClass } from '../../policies/class-names.ts';

const COCO = JSON.parse(readFileSync(new URL('../../assets/coco80.json', import.meta.url), 'utf8')) as string[];

describe('the name of a class', () => {
  it.each([
    ['Person', 'person'],
    ['  Traffic\t Light ', 'traffic light'],
    ['traffic_light', 'traffic light'],
    ['Motorbikes', 'motorcycle'],
    ['Racoon', 'raccoon'],
    ['People', 'person'],
    ['Ba\u0308r', 'bär'],
    ['woman', 'woman'],
    ['constructor', 'constructor'],
    ['', ''],
  ])('%j is %j', (written, canonical) => {
    expect(canonicalClass(written)).toBe(canonical);
  });

  it('is settled at once: naming it again changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'İIıſKÅϓ\u0301\u0345ΣςaA _') })), (name) => {
        const once = canonicalClass(name);
        expect(canonicalClass(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });

  it('of every COCO class is its own, so that no alias hides one class behind another', () => {
    expect(COCO.map(canonicalClass)).toEqual(COCO);
  });
});
