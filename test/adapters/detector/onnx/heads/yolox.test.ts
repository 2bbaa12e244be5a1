import { describe, expect, it } from 'vitest';
import { yolox } from '../../../../../adapters/detector/onnx/heads/yolox.ts';

const input = { width: 64, height: 32 };
// 8 x 4, 4 x 2 and 2 x 1 cells.
const CELLS = 42;
const CLASSES = 3;
const NUMBERS = 5 + CLASSES;
const emptyGrid = () => new Float32Array(CELLS * NUMBERS);
const read = (grid: unknown, floor = 0.1) => yolox.read([{ name: 'output', dims: [], data: grid }], { input, classes: CLASSES, floor });
const failure = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'detector_output_invalid', detail: expect.stringMatching(detail) });

describe('the grid of YOLOX', () => {
  it('is read cell by cell over three strides', () => {
    const grid = emptyGrid();
    // Second row, third column of stride 8; last cell of stride 32.
    grid.set([0.5, 0.25, Math.log(2), Math.log(3), 0.8, 0.1, 0.9, 0.2], (8 + 2) * NUMBERS);
    grid.set([0, 0, 0, 0, 1, 0.5, 0, 0], (CELLS - 1) * NUMBERS);
    const [first, second, ...rest] = read(grid);
    expect(rest).toEqual([]);
    expect(first?.labelIndex).toBe(1);
    expect(first?.score).toBeCloseTo(0.72);
    // Centre (2.5, 1.25) cells of 8 pixels, 16 x 24 pixels large.
    expect(first?.box.map((value) => Math.round(value * 100) / 100)).toEqual([12, -2, 16, 24]);
    expect(second).toEqual({ labelIndex: 0, score: 0.5, box: [16, -16, 32, 32] });
  });

  it('gives nothing below the floor', () => {
    const grid = emptyGrid();
    grid.set([0, 0, 0, 0, 0.3, 0.3, 0.2, 0.1], 0);
    expect(read(grid)).toEqual([]);
    expect(read(grid, 0.08)).toHaveLength(1);
  });

  it('is refused when it has another length or type or holds no probabilities, since that would look like an empty scene', () => {
    expect(() => read(new Float32Array(10))).toThrow(failure(/10 numbers instead of 42 cells of 8/));
    expect(() => read(new Float64Array(CELLS * NUMBERS))).toThrow(failure(/no tensor of 32-bit floats/));
    expect(() => read(undefined)).toThrow(failure(/no tensor of 32-bit floats/));
    for (const objectness of [NaN, -1, 7]) {
      const grid = emptyGrid();
      grid[4 + 5 * NUMBERS] = objectness;
      expect(() => read(grid)).toThrow(failure(/objectness/));
    }
  });
});
