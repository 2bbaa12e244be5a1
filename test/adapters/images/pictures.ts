/** Pictures made for tests: a scene with structure everywhere, so that nothing about it is void, flat or regular. */
import { sharp } from '../../../adapters/images/sharp.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** A sharp instance over a made scene; the caller chooses format and damage. */
export function scene(width: number, height: number, seed = 1) {
  const random = seededRandom(seed);
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data[at++] = 60 + (x * 120) / width + 30 * random();
      data[at++] = 40 + (y * 140) / height + 30 * random();
      data[at++] = 90 + 60 * Math.sin(x / 17) * Math.cos(y / 23) + 30 * random();
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function flat(width: number, height: number, colour: string) {
  return sharp({ create: { width, height, channels: 3, background: colour } });
}

/** A rectangle of one colour to lay over another picture. */
export const patch = async (left: number, top: number, width: number, height: number, colour: string) => ({
  input: await flat(width, height, colour).png().toBuffer(),
  left,
  top,
});
