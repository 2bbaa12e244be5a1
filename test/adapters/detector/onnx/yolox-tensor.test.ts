import { describe, expect, it } from 'vitest';
import { letterbox, readGrid } from '../../../../adapters/detector/onnx/yolox-tensor.ts';

const input = { width: 64, height: 32 };
// 8 x 4, 4 x 2 and 2 x 1 cells.
const CELLS = 42;
const CLASSES = 3;
const NUMBERS = 5 + CLASSES;
const emptyGrid = () => new Float32Array(CELLS * NUMBERS);
const failure = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'detector_output_invalid', detail: expect.stringMatching(detail) });

describe('the input tensor', () => {
  const pixels = new Uint8Array([1, 2, 3, 4, 5, 6]);
  const plan = { input: { width: 32, height: 32 }, content: { width: 2, height: 1 } };

  it('holds blue, green and red planes with the picture at the top left and grey around it', () => {
    const tensor = letterbox(pixels, plan);
    expect(tensor).toHaveLength(3 * 32 * 32);
    expect([...tensor.subarray(0, 3)]).toEqual([3, 6, 114]);
    expect([...tensor.subarray(1024, 1027)]).toEqual([2, 5, 114]);
    expect([...tensor.subarray(2048, 2051)]).toEqual([1, 4, 114]);
    expect(tensor[32]).toBe(114);
  });

  it('is used again without a trace of the last picture', () => {
    const used = letterbox(new Uint8Array(3 * 20 * 20).fill(255), { input: plan.input, content: { width: 20, height: 20 } });
    const again = letterbox(pixels, plan, used);
    expect(again).toBe(used);
    expect(again).toEqual(letterbox(pixels, plan));
    expect(letterbox(pixels, { ...plan, input }, used)).not.toBe(used);
  });
});

describe('the output grid', () => {
  it('is read cell by cell over three strides', () => {
    const grid = emptyGrid();
    // Second row, third column of stride 8; last cell of stride 32.
    grid.set([0.5, 0.25, Math.log(2), Math.log(3), 0.8, 0.1, 0.9, 0.2], (8 + 2) * NUMBERS);
    grid.set([0, 0, 0, 0, 1, 0.5, 0, 0], (CELLS - 1) * NUMBERS);
    const [first, second, ...rest] = readGrid(grid, input, CLASSES, 0.1);
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
    expect(readGrid(grid, input, CLASSES, 0.1)).toEqual([]);
    expect(readGrid(grid, input, CLASSES, 0.08)).toHaveLength(1);
  });

  it('is refused when it has another length or holds no probabilities, since that would look like an empty scene', () => {
    expect(() => readGrid(new Float32Array(10), input, CLASSES, 0.1)).toThrow(failure(/10 numbers instead of 42 cells of 8/));
    for (const objectness of [NaN, -1, 7]) {
      const grid = emptyGrid();
      grid[4 + 5 * NUMBERS] = objectness;
      expect(() => readGrid(grid, input, CLASSES, 0.1)).toThrow(failure(/objectness/));
    }
  });
});
