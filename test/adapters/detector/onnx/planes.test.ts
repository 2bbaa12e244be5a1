import { describe, expect, it } from 'vitest';
import { HEADS } from '../../../../adapters/detector/onnx/heads/index.ts';
import { createPlanes } from '../../../../adapters/detector/onnx/planes.ts';

const pixels = new Uint8Array([1, 2, 3, 4, 5, 6]);
const size = { input: { width: 32, height: 32 }, content: { width: 2, height: 1 } };
const PLANE = 32 * 32;

describe('the planes of a picture', () => {
  it('are blue, green and red as they are for YOLOX, with the picture at the top left and grey around it', () => {
    const tensor = createPlanes(HEADS.yolox.normalisation)(pixels, size);
    expect(tensor).toHaveLength(3 * PLANE);
    expect([...tensor.subarray(0, 3)]).toEqual([3, 6, 114]);
    expect([...tensor.subarray(PLANE, PLANE + 3)]).toEqual([2, 5, 114]);
    expect([...tensor.subarray(2 * PLANE, 2 * PLANE + 3)]).toEqual([1, 4, 114]);
    expect(tensor[32]).toBe(114);
  });

  it('are red, green and blue between 0 and 1 for DETR-style networks', () => {
    const tensor = createPlanes(HEADS.detr.normalisation)(new Uint8Array([255, 51, 0]), { input: { width: 1, height: 1 }, content: { width: 1, height: 1 } });
    expect(tensor[0]).toBe(1);
    expect(tensor[1]).toBeCloseTo(0.2, 6);
    expect(tensor[2]).toBe(0);
  });

  it('lie around the mean of ImageNet for PicoDet', () => {
    const tensor = createPlanes(HEADS.picodet.normalisation)(new Uint8Array([124, 116, 0]), { input: { width: 1, height: 1 }, content: { width: 1, height: 1 } });
    expect(tensor[0]).toBeCloseTo((124 - 123.675) / 58.395, 6);
    expect(tensor[1]).toBeCloseTo((116 - 116.28) / 57.12, 6);
    expect(tensor[2]).toBeCloseTo(-103.53 / 57.375, 6);
  });

  it('are written over the last picture without a trace of it', () => {
    const toPlanes = createPlanes(HEADS.yolox.normalisation);
    const used = toPlanes(new Uint8Array(3 * 20 * 20).fill(255), { ...size, content: { width: 20, height: 20 } });
    const again = toPlanes(pixels, size);
    expect(again).toBe(used);
    expect(again).toEqual(createPlanes(HEADS.yolox.normalisation)(pixels, size));
    expect(toPlanes(pixels, { ...size, input: { width: 64, height: 32 } })).not.toBe(used);
  });
});
