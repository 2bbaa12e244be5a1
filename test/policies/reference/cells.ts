/** Zones made of the cells of a raster, so that what is inside can be counted instead of computed. */
import type { Polygon } from '../../../contracts/device.ts';
import type { Zone } from '../../../contracts/zone.ts';
import type { Place } from '../../../policies/memory/scene-memory.ts';
import { canonicalClass } from '../../../policies/class-names.ts';
import { isCalled } from './things.ts';

/** Cells a side; sixteenths are exact in binary. */
export const RASTER = 16;

export interface CellShape {
  readonly polygon: Polygon;
  readonly holds: (column: number, row: number) => boolean;
}

const shape = (corners: readonly (readonly [number, number])[], holds: CellShape['holds']): CellShape =>
  ({ polygon: corners.map(([x, y]) => [x / RASTER, y / RASTER] as const), holds });

/** A rectangle, an L, a U, and all. */
export const SHAPES: readonly CellShape[] = [
  shape([[4, 4], [12, 4], [12, 12], [4, 12]], (x, y) => x >= 4 && x < 12 && y >= 4 && y < 12),
  shape([[0, 0], [4, 0], [4, 10], [14, 10], [14, 16], [0, 16]], (x, y) => x < 4 || (x < 14 && y >= 10)),
  shape([[2, 2], [2, 14], [14, 14], [14, 2], [10, 2], [10, 9], [6, 9], [6, 2]], (x, y) => x >= 2 && x < 14 && y >= 2 && y < 14 && !(x >= 6 && x < 10 && y < 9)),
  shape([[0, 0], [0, 16], [16, 16], [16, 0]], () => true),
];

/** Of boxes whose corners stand on the raster (their centres may stand between). */
export function isInZone({ polygon, anchor, classes }: Zone, label: string, [x, y, width, height]: Place): boolean {
  if (classes !== null && !classes.some((name) => isCalled(canonicalClass(name), label))) return false;
  const holds = (SHAPES.find((candidate) => candidate.polygon === polygon) ?? (() => { throw new Error('no zone of the raster'); })()).holds;
  if (anchor === 'bottom-centre') return holdsPoint(holds, (x + width / 2) * RASTER, (y + height) * RASTER);
  if (anchor === 'centre') return holdsPoint(holds, (x + width / 2) * RASTER, (y + height / 2) * RASTER);
  let [inside, all] = [0, 0];
  for (let column = x * RASTER; column < (x + width) * RASTER; column += 1) {
    for (let row = y * RASTER; row < (y + height) * RASTER; row += 1) {
      all += 1;
      if (holds(column, row)) inside += 1;
    }
  }
  return inside >= anchor.overlap * all;
}

/** The outline belongs to a shape: a point is inside when one of the cells that it touches is. */
function holdsPoint(holds: CellShape['holds'], x: number, y: number): boolean {
  const cellsAt = (at: number): number[] => [Math.ceil(at) - 1, Math.floor(at)].filter((cell) => cell >= 0 && cell < RASTER);
  return cellsAt(x).some((column) => cellsAt(y).some((row) => holds(column, row)));
}
