/** From RGB bytes to the planes of floats that networks take (NCHW). Pure. */
import type { ModelInputSize } from '../input-size.ts';

export interface Normalisation {
  /** Which of red, green, blue (0, 1, 2) each plane holds. */
  readonly channels: readonly [number, number, number];
  /** Per plane: (level - mean) / deviation, levels 0..255. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
  /** Level that fills what the picture leaves of the input. */
  readonly padding: number;
}

/** Turns pictures into tensors that follow one another in one buffer: what it returned before is overwritten when the size is the same. */
export function createPlanes({ channels, mean, deviation, padding }: Normalisation): (pixels: Uint8Array, size: ModelInputSize) => Float32Array {
  // 256 levels have 256 values: a look-up costs less than the arithmetic.
  const values = [0, 1, 2].map((plane) => Float32Array.from({ length: 256 }, (_, level) => (level - mean[plane]!) / deviation[plane]!));
  const [first, second, third] = values as [Float32Array, Float32Array, Float32Array];
  const [a, b, c] = channels;
  let tensor = new Float32Array(0);

  return (pixels, { input, content }) => {
    const plane = input.width * input.height;
    if (tensor.length !== 3 * plane) tensor = new Float32Array(3 * plane);
    if (content.width < input.width || content.height < input.height) {
      values.forEach((value, i) => tensor.fill(value[padding]!, i * plane, (i + 1) * plane));
    }
    for (let y = 0, from = 0; y < content.height; y += 1) {
      for (let x = 0, to = y * input.width; x < content.width; x += 1, to += 1, from += 3) {
        tensor[to] = first[pixels[from + a]!]!;
        tensor[to + plane] = second[pixels[from + b]!]!;
        tensor[to + 2 * plane] = third[pixels[from + c]!]!;
      }
    }
    return tensor;
  };
}
