import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseInputSize } from '../../../adapters/detector/input-size.ts';
import type { InputRule } from '../../../contracts/model.ts';

const WITHIN: InputRule = { kind: 'within', longSidePixels: 640, shortSidePixels: 384 };

describe('the input of a model that takes any size', () => {
  it.each([
    [768, 576, '512x384', '512x384'],
    [1920, 1080, '640x384', '640x360'],
    [3840, 2160, '640x384', '640x360'],
    [1080, 1920, '384x640', '360x640'],
    [480, 270, '480x288', '480x270'],
    [64, 48, '64x64', '64x48'],
    [8000, 1000, '640x96', '640x80'],
  ])('for a picture of %i x %i is %s with %s in it', (width, height, input, content) => {
    const chosen = chooseInputSize({ width, height }, WITHIN);
    expect(`${chosen.input.width}x${chosen.input.height}`).toBe(input);
    expect(`${chosen.content.width}x${chosen.content.height}`).toBe(content);
  });

  it('never enlarges a picture, keeps its shape and fits its input', () => {
    const side = fc.integer({ min: 32, max: 8000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const { input, content } = chooseInputSize({ width, height }, WITHIN);
        expect(content.width).toBeLessThanOrEqual(Math.min(width, input.width));
        expect(content.height).toBeLessThanOrEqual(Math.min(height, input.height));
        expect([input.width % 32, input.height % 32]).toEqual([0, 0]);
        expect(input.width * input.height).toBeLessThanOrEqual(640 * 384);
        const scale = Math.min(1, 640 / Math.max(width, height), 384 / Math.min(width, height));
        // Half a pixel is what rounding costs, and no side vanishes.
        expect(Math.abs(content.width - Math.max(1, width * scale))).toBeLessThanOrEqual(0.5);
        expect(Math.abs(content.height - Math.max(1, height * scale))).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});

describe('the input of a model that takes one square', () => {
  const input = { width: 416, height: 416 };

  it('holds the picture in its shape and never enlarged where it is a letterbox', () => {
    expect(chooseInputSize({ width: 1920, height: 1080 }, { kind: 'letterbox', sidePixels: 416 })).toEqual({ input, content: { width: 416, height: 234 } });
    expect(chooseInputSize({ width: 320, height: 240 }, { kind: 'letterbox', sidePixels: 416 })).toEqual({ input, content: { width: 320, height: 240 } });
  });

  it('is filled whatever the shape of the picture where the network was trained that way', () => {
    expect(chooseInputSize({ width: 1920, height: 1080 }, { kind: 'stretch', sidePixels: 416 })).toEqual({ input, content: input });
    expect(chooseInputSize({ width: 32, height: 48 }, { kind: 'stretch', sidePixels: 416 })).toEqual({ input, content: input });
  });
});
