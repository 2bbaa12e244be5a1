import { describe, expect, it } from 'vitest';
import { picodet } from '../../../../../adapters/detector/onnx/heads/picodet.ts';

const input = { width: 96, height: 96 };
const CLASSES = 3;
// 12 x 12, 6 x 6, 3 x 3, and 2 x 2 because 96 is one and a half times 64.
const CELLS = [144, 36, 9, 4] as const;

/** Maps of nothing, in the order of an export: classes of all strides, then boxes. */
function emptyMaps() {
  const map = (cells: number, numbers: number) => ({ name: `${cells}x${numbers}`, dims: [1, cells, numbers], data: new Float32Array(cells * numbers) });
  return { classes: CELLS.map((cells) => map(cells, CLASSES)), boxes: CELLS.map((cells) => map(cells, 32)) };
}
const read = ({ classes, boxes }: ReturnType<typeof emptyMaps>) => picodet.read([...classes, ...boxes], { input, classes: CLASSES, floor: 0.1 });
const failure = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'detector_output_invalid', detail: expect.stringMatching(detail) });

describe('the maps of PicoDet', () => {
  it('give for a cell its likeliest class and a box around its centre', () => {
    const maps = emptyMaps();
    // Stride 16, second row, third column: centre (40, 24).
    const cell = 6 + 2;
    maps.classes[1]!.data.set([0.1, 0.2, 0.7], cell * CLASSES);
    // Surely one stride to the left, two up; half and half between one and two to the right; evenly over all bins, 3.5, down.
    maps.boxes[1]!.data.set([-90, 90, -90, -90, -90, -90, -90, -90], cell * 32);
    maps.boxes[1]!.data.set([-90, -90, 90, -90, -90, -90, -90, -90], cell * 32 + 8);
    maps.boxes[1]!.data.set([-90, 50, 50, -90, -90, -90, -90, -90], cell * 32 + 16);
    const [found, ...rest] = read(maps);
    expect(rest).toEqual([]);
    expect(found?.labelIndex).toBe(2);
    expect(found?.score).toBeCloseTo(0.7);
    expect(found?.box.map((side) => Math.round(side * 100) / 100)).toEqual([24, -8, 40, 88]);
  });

  it('are told apart by their sizes, in whatever order they come', () => {
    const maps = emptyMaps();
    maps.classes[3]!.data.set([0.9, 0, 0], 3 * CLASSES);
    const all = [...maps.boxes, ...maps.classes].reverse();
    expect(picodet.read(all, { input, classes: CLASSES, floor: 0.1 })).toMatchObject([{ labelIndex: 0, box: [96 - 3.5 * 64, 96 - 3.5 * 64, 7 * 64, 7 * 64] }]);
  });

  it('are refused when one is missing or holds no probabilities', () => {
    const maps = emptyMaps();
    expect(() => read({ ...maps, boxes: maps.boxes.slice(1) })).toThrow(failure(/no map of 144 cells of 32 numbers \(boxes, stride 8\)/));
    maps.classes[2]!.data.fill(NaN, 0, CLASSES);
    expect(() => read(maps)).toThrow(failure(/a score of NaN/));
  });
});
