import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paintAreas } from '../../../adapters/images/privacy-paint.ts';
import type { Polygon } from '../../../contracts/device.ts';

const UNPAINTED = 200;

/** Rows of a picture after painting, `#` where paint is. */
function painted(width: number, height: number, areas: readonly Polygon[]): string[] {
  const data = Buffer.alloc(width * height * 3, UNPAINTED);
  paintAreas({ data, width, height }, areas);
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => {
    const [r, g, b] = data.subarray((y * width + x) * 3);
    if (r !== g || g !== b) throw new Error(`the pixel ${x} ${y} is painted in part`);
    return r === UNPAINTED ? '.' : '#';
  }).join(''));
}

/** Corners given in pixels of a picture of that size. */
const area = (width: number, height: number, corners: readonly (readonly [number, number])[]): Polygon => corners.map(([x, y]) => [x / width, y / height] as const);

describe('a privacy area', () => {
  it('on whole pixels is painted to the pixel', () => {
    expect(painted(8, 4, [area(8, 4, [[2, 1], [6, 1], [6, 3], [2, 3]])])).toEqual(['........', '..####..', '..####..', '........']);
  });

  it('takes every pixel along that it touches', () => {
    expect(painted(8, 4, [area(8, 4, [[2.9, 0.9], [5.1, 0.9], [5.1, 2.1], [2.9, 2.1]])])).toEqual(['..####..', '..####..', '..####..', '........']);
    // Too thin to hold the middle of any pixel.
    expect(painted(8, 3, [area(8, 3, [[1, 1.2], [7, 1.2], [7, 1.3], [1, 1.3]])])).toEqual(['........', '.######.', '........']);
  });

  it('leaves out what its outline leaves out', () => {
    expect(painted(7, 5, [area(7, 5, [[1, 0], [2, 0], [2, 3], [5, 3], [5, 0], [6, 0], [6, 4], [1, 4]])])).toEqual([
      '.#...#.',
      '.#...#.',
      '.#...#.',
      '.#####.',
      '.......',
    ]);
  });

  it('that crosses itself covers all that it goes around', () => {
    const star = area(9, 9, [[4.5, 0], [7, 8], [0.5, 3], [8.5, 3], [2, 8]]);
    expect(painted(9, 9, [star])[5]).toMatch(/^\.\.#{5}\.\.$/);
  });

  it('may reach to the very edge of the picture, and several may overlap', () => {
    const whole: Polygon = [[0, 0], [1, 0], [1, 1], [0, 1]];
    expect(painted(5, 2, [whole])).toEqual(['#####', '#####']);
    expect(painted(4, 1, [area(4, 1, [[0, 0], [2, 0], [2, 1], [0, 1]]), area(4, 1, [[1, 0], [3, 0], [3, 1], [1, 1]])])).toEqual(['###.']);
  });

  it('without any surface paints nothing', () => {
    expect(painted(4, 2, [[[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]])).toEqual(['....', '....']);
  });
});

const WIDTH = 12;
const HEIGHT = 9;
const corner = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));

/** How often the outline goes around a point, counted along a line from it to the right. */
function turnsAround(corners: readonly (readonly [number, number])[], x: number, y: number): number {
  return corners.reduce((turns, [ax, ay], index) => {
    const [bx, by] = corners[(index + 1) % corners.length]!;
    if (ay <= y === by <= y) return turns;
    return ax + ((bx - ax) * (y - ay)) / (by - ay) > x ? turns + (by > ay ? 1 : -1) : turns;
  }, 0);
}

it('any outline covers what lies within it and nothing that lies clear of it', () => {
  fc.assert(fc.property(fc.array(corner, { minLength: 3, maxLength: 8 }), (polygon) => {
    const rows = painted(WIDTH, HEIGHT, [polygon]);
    const wrong: string[] = [];
    const corners = polygon.map(([x, y]) => [x * WIDTH, y * HEIGHT] as const);
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) {
        const samples = Array.from({ length: 25 }, (_, n) => turnsAround(corners, x + (n % 5) / 5 + 0.1, y + Math.floor(n / 5) / 5 + 0.1) !== 0);
        if (samples.some(Boolean) && rows[y]![x] !== '#') wrong.push(`${x} ${y} lies within`);
        if (!samples.some(Boolean) && !comesNear(corners, x, y) && rows[y]![x] !== '.') wrong.push(`${x} ${y} lies clear`);
      }
    }
    expect(wrong).toEqual([]);
  }), { numRuns: 300 });
});

/** Whether the outline passes through a pixel or within a hundredth of it: what is left of each edge when it is cut off at all four sides. */
function comesNear(corners: readonly (readonly [number, number])[], x: number, y: number): boolean {
  return corners.some(([ax, ay], index) => {
    const [bx, by] = corners[(index + 1) % corners.length]!;
    let [from, to] = [0, 1];
    for (const [start, along, low, high] of [[ax, bx - ax, x - 0.01, x + 1.01], [ay, by - ay, y - 0.01, y + 1.01]] as const) {
      if (along === 0 && (start < low || start > high)) return false;
      if (along === 0) continue;
      const ends = [(low - start) / along, (high - start) / along];
      from = Math.max(from, Math.min(...ends));
      to = Math.min(to, Math.max(...ends));
    }
    return from <= to;
  });
}
