import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Polygon } from '../../contracts/device.ts';
import type { Anchor, Zone } from '../../contracts/zone.ts';
import type { Place } from '../../policies/memory/scene-memory.ts';
import { bitsOf, isMasked, zonesAround, zoneTableOf } from '../../policies/zones.ts';

const zone = (polygon: Polygon, anchor: Anchor = 'bottom-centre', more: Partial<Zone> = {}): Zone => ({ name: 'yard', kind: 'zone', polygon, anchor, classes: null, ...more });
const isIn = (drawn: Zone, place: Place, label = 'person'): boolean => zonesAround(zoneTableOf([drawn]), label, place) === 1;
const LOWER_HALF: Polygon = [[0, 0.5], [1, 0.5], [1, 1], [0, 1]];
const TRIANGLE: Polygon = [[0, 0], [1, 0], [0, 1]];

describe('an object is in a zone', () => {
  it('by where it stands, or by its centre', () => {
    const standing: Place = [0.4, 0.2, 0.1, 0.5];
    expect(isIn(zone(LOWER_HALF), standing)).toBe(true);
    expect(isIn(zone(LOWER_HALF, 'centre'), standing)).toBe(false);
  });

  it('when it is cut off by the edge of the picture, where zones end, too', () => {
    expect(isIn(zone(LOWER_HALF), [0.4, 0.6, 0.1, 0.4])).toBe(true);
    expect(isIn(zone(LOWER_HALF), [0.4, 0.6, 0.1, 0.45])).toBe(true);
    expect(isIn(zone(LOWER_HALF), [-0.02, 0.6, 0.02, 0.3])).toBe(true);
    expect(isIn(zone(LOWER_HALF, { overlap: 1 }), [0.4, 0.6, 0.1, 0.45])).toBe(true);
  });

  it('on its outline', () => {
    expect(isIn(zone(TRIANGLE, 'centre'), [0.4, 0.4, 0.2, 0.2])).toBe(true);
    expect(isIn(zone(TRIANGLE, 'centre'), [0.40001, 0.4, 0.2, 0.2])).toBe(false);
  });

  it.each([[0.5, true], [0.500001, false], [0.49, true], [1, false]] as const)('by the share of its box: at least %d of one that is cut in halves: %s', (overlap, inside) => {
    // The slanted side runs from corner to corner of the box.
    expect(isIn(zone(TRIANGLE, { overlap }), [0.25, 0.25, 0.5, 0.5])).toBe(inside);
  });

  it('as a whole, whatever is lost in rounding', () => {
    expect(isIn(zone(LOWER_HALF, { overlap: 1 }), [1 / 3, 0.7, 1 / 7, 1 / 11])).toBe(true);
  });

  it('only when it is of a class of the zone, a group, or an alias of one', () => {
    const cars = zone(LOWER_HALF, 'centre', { classes: ['Cars', 'animal'] });
    const low: Place = [0.4, 0.8, 0.1, 0.1];
    expect(['car', 'dog', 'animal', 'person', 'truck'].map((label) => isIn(cars, low, label))).toEqual([true, true, true, false, false]);
  });

  it('of several by the bits of their order, masks apart', () => {
    const everywhere: Polygon = [[0, 0], [1, 0], [1, 1], [0, 1]];
    const table = zoneTableOf([zone(LOWER_HALF, 'centre', { name: 'a' }), zone(everywhere, 'centre', { name: 'b', kind: 'mask', classes: ['dog'] }), zone(everywhere, 'centre', { name: 'c' })]);
    expect(table.names).toEqual(['a', 'c']);
    expect(zonesAround(table, 'dog', [0.4, 0.1, 0.1, 0.1])).toBe(0b10);
    expect(zonesAround(table, 'dog', [0.4, 0.8, 0.1, 0.1])).toBe(0b11);
    expect(bitsOf(table, ['c', 'b', 'pool'])).toBe(0b10);
    expect([isMasked(table, 'dog', [0.4, 0.1, 0.1, 0.1]), isMasked(table, 'cat', [0.4, 0.1, 0.1, 0.1])]).toEqual([true, false]);
  });

  it('never when there are more zones than bits', () => {
    expect(() => zoneTableOf(Array.from({ length: 31 }, (_, n) => zone(LOWER_HALF, 'centre', { name: String(n) })))).toThrow('31 zones; 30 are the most');
  });
});

describe('shares of boxes', () => {
  /** Corners around a middle in order of their angle: it may be dented as deep as it likes and never crosses itself. */
  const star: fc.Arbitrary<Polygon> = fc.array(fc.double({ min: 0.05, max: 0.5, noNaN: true }), { minLength: 3, maxLength: 9 }).map((radii) =>
    radii.map((radius, n) => [0.5 + radius * Math.cos((2 * Math.PI * n) / radii.length), 0.5 + radius * Math.sin((2 * Math.PI * n) / radii.length)] as const));
  const span = fc.tuple(fc.double({ min: 0, max: 0.8, noNaN: true }), fc.double({ min: 0.05, max: 0.2, noNaN: true }));

  /** By asking whether it is at least so much, over and over. */
  const shareOf = (polygon: Polygon, place: Place): number => {
    let [low, high] = [0, 1];
    for (let n = 0; n < 30; n += 1) {
      const middle = (low + high) / 2;
      if (isIn(zone(polygon, { overlap: middle }), place)) low = middle;
      else high = middle;
    }
    return low;
  };

  it('are those that counting points gives, of polygons with dents', () => {
    fc.assert(
      fc.property(star, span, span, (polygon, [x, width], [y, height]) => {
        const side = 40;
        let inside = 0;
        for (let n = 0; n < side * side; n += 1) {
          const [px, py] = [x + (((n % side) + 0.5) / side) * width, y + ((Math.floor(n / side) + 0.5) / side) * height];
          if (isIn(zone(polygon, 'centre'), [px, py, 0, 0])) inside += 1;
        }
        expect(Math.abs(shareOf(polygon, [x, y, width, height]) - inside / side ** 2)).toBeLessThan(0.05);
      }),
      { numRuns: 60 },
    );
  });

  it('add up: a box that is cut into four has as much inside as its parts', () => {
    fc.assert(
      fc.property(star, span, span, (polygon, [x, width], [y, height]) => {
        const [w, h] = [width / 2, height / 2];
        const parts = [[x, y], [x + w, y], [x, y + h], [x + w, y + h]].map(([left = 0, top = 0]) => shareOf(polygon, [left, top, w, h]));
        expect(shareOf(polygon, [x, y, width, height])).toBeCloseTo(parts.reduce((sum, share) => sum + share, 0) / 4, 5);
      }),
      { numRuns: 200 },
    );
  });
});
