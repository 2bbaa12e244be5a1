import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Polygon } from '../../../contracts/device.ts';
import { MAX_ZONES } from '../../../contracts/zone.ts';
import type { Zone } from '../../../contracts/zone.ts';
import { checkZones } from '../../../policies/check/check-zones.ts';
import { isCrossed, liesWithin } from '../../../policies/check/zone-geometry.ts';
import { areaOf } from '../../../policies/zones.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
import { zone } from './rule-sights.ts';

const SQUARE: Polygon = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]];
const star = (corners: number, radius: (corner: number) => number): Polygon =>
  Array.from({ length: corners }, (_, corner) => [0.5 + radius(corner) * Math.cos((2 * Math.PI * corner) / corners), 0.5 + radius(corner) * Math.sin((2 * Math.PI * corner) / corners)] as const);

describe('zones of a device', () => {
  it.each<[string, Partial<Zone>]>([
    ['a square', { polygon: SQUARE }],
    ['the whole picture', { polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }],
    ['a triangle the other way round', { polygon: [[0.1, 0.9], [0.5, 0.1], [0.9, 0.9]] }],
    ['a star of 64 corners', { polygon: star(64, (corner) => (corner % 2 === 0 ? 0.5 : 0.2)) }],
    ['a corner on a straight edge', { polygon: [[0.2, 0.2], [0.5, 0.2], [0.8, 0.2], [0.8, 0.8]] }],
    ['an overlap of all of it', { anchor: { overlap: 1 } }],
    ['classes and groups', { classes: ['person', 'vehicle', 'traffic light'] }],
    ['a mask', { kind: 'mask' }],
    ['a name of another language', { name: 'Hof 2 (Süd)'.replace(/[()]/g, '') }],
  ])('are saved as %s', (_, over) => {
    expect(checkZones([zone('yard', over)])).toEqual([]);
  });

  it.each<[string, Partial<Zone>, string]>([
    ['two corners', { polygon: [[0.1, 0.1], [0.9, 0.9]] }, 'zone_corners'],
    ['65 corners', { polygon: star(65, () => 0.4) }, 'zone_corners'],
    ['pixels', { polygon: [[10, 10], [600, 10], [600, 400]] }, 'zone_outside'],
    ['a corner left of the picture', { polygon: [[-0.01, 0.1], [0.9, 0.1], [0.5, 0.9]] }, 'zone_outside'],
    ['no number', { polygon: [[Number.NaN, 0.1], [0.9, 0.1], [0.5, 0.9]] }, 'zone_outside'],
    ['a bow tie', { polygon: [[0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.8]] }, 'zone_crossed'],
    ['the first corner again at the end', { polygon: [...SQUARE, [0.2, 0.2]] }, 'zone_crossed'],
    ['a spike', { polygon: [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.8, 0.1]] }, 'zone_crossed'],
    ['a corner that touches another edge', { polygon: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.5, 0.1], [0.1, 0.9]] }, 'zone_crossed'],
    ['one corner three times', { polygon: [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]] }, 'zone_crossed'],
    ['a hair', { polygon: [[0.1, 0.5], [0.5, 0.5], [0.5, 0.5003]] }, 'zone_without_area'],
    ['an overlap of nothing', { anchor: { overlap: 0 } }, 'zone_overlap'],
    ['an overlap of more than all', { anchor: { overlap: 1.01 } }, 'zone_overlap'],
    ['no class at all', { classes: [] }, 'zone_classes'],
    ['a class that is none', { classes: ['person', '"; drop'] }, 'zone_classes'],
    ['an empty name', { name: '' }, 'zone_name_unsafe'],
    ['a name with a comma', { name: 'yard, drive' }, 'zone_name_unsafe'],
    ['a name that ends with a space', { name: 'yard ' }, 'zone_name_unsafe'],
    ['a name of 65 letters', { name: 'y'.repeat(65) }, 'zone_name_unsafe'],
  ])('are refused as %s', (_, over, code) => {
    expect(checkZones([zone('door'), zone('yard', over)])).toEqual([{ index: 1, name: over.name ?? 'yard', code, message: expect.stringMatching(/^[A-Z"].*[.]$/) }]);
  });

  it('have one name each', () => {
    expect(checkZones([zone('yard'), zone('drive'), zone('yard', { kind: 'mask' })])).toMatchObject([{ index: 2, code: 'zone_name_repeated' }]);
  });

  it('are thirty at most', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => zone(`zone ${index}`));
    expect(checkZones(many(MAX_ZONES))).toEqual([]);
    expect(checkZones(many(MAX_ZONES + 1))).toMatchObject([{ index: null, name: null, code: 'zones_too_many' }]);
  });

  it('have names that rules can say', () => {
    const character = fc.oneof(fc.constantFrom(...'aZ9 ._-éß'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }));
    fc.assert(fc.property(fc.array(character, { minLength: 1, maxLength: 20 }).map((characters) => characters.join('')), (name) => {
      fc.pre(checkZones([zone(name)]).length === 0);
      const text = `rule: 1\nunsafe: { objects: person, zone: ${JSON.stringify(name)} }`;
      expect(readRule(text).rule?.condition).toMatchObject({ zones: [name] });
    }), { numRuns: 500 });
  });
});

describe('polygons', () => {
  const share = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8);
  const polygon = fc.array(fc.tuple(share, share), { minLength: 3, maxLength: 6 });
  const turned = (corners: Polygon, by: number): Polygon => [...corners.slice(by), ...corners.slice(0, by)];

  it('are crossed or not, whichever corner comes first and whichever way round', () => {
    let crossed = 0;
    fc.assert(fc.property(polygon, fc.nat(5), (corners, by) => {
      const is = isCrossed(corners);
      crossed += is ? 1 : 0;
      expect(isCrossed(turned(corners, by % corners.length))).toBe(is);
      expect(isCrossed(corners.toReversed())).toBe(is);
    }), { numRuns: 1000, seed: 4 });
    expect(crossed).toBeGreaterThan(100);
    expect(crossed).toBeLessThan(950);
  });

  it('have the area that they have', () => {
    expect(areaOf(SQUARE)).toBeCloseTo(0.36, 12);
    expect(areaOf(SQUARE.toReversed())).toBeCloseTo(0.36, 12);
  });

  it('lie in one another only if every place of the one does', () => {
    const arch: Polygon = [[0, 0], [1, 0], [1, 1], [0.7, 1], [0.7, 0.5], [0.3, 0.5], [0.3, 1], [0, 1]];
    expect(liesWithin(SQUARE, SQUARE)).toBe(true);
    expect(liesWithin([[0.4, 0.4], [0.6, 0.4], [0.5, 0.6]], SQUARE)).toBe(true);
    expect(liesWithin(SQUARE, [[0.4, 0.4], [0.6, 0.4], [0.5, 0.6]])).toBe(false);
    // All corners are in the arch, and the edge between its feet is not.
    expect(liesWithin([[0.1, 0.9], [0.9, 0.9], [0.9, 0.1], [0.1, 0.1]], arch)).toBe(false);
    let within = 0;
    const small = polygon.map((corners): Polygon => corners.map(([x, y]) => [0.25 + x / 4, 0.25 + y / 4]));
    fc.assert(fc.property(small, polygon, (inner, outer) => {
      fc.pre(!isCrossed(inner) && !isCrossed(outer));
      if (!liesWithin(inner, outer)) return;
      within += 1;
      expect(areaOf(inner)).toBeLessThanOrEqual(areaOf(outer) + 1e-9);
      const between = inner.map(([x, y], at): readonly [number, number] => {
        const [toX, toY] = inner[(at + 1) % inner.length] ?? [x, y];
        return [x + (toX - x) * 0.37, y + (toY - y) * 0.37];
      });
      for (const place of between) expect(liesWithin([place, place, place], outer)).toBe(true);
    }), { numRuns: 2000, seed: 4 });
    expect(within).toBeGreaterThan(20);
  });
});
