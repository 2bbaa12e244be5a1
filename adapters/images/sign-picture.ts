/** The blocks of a picture's signature (`policies/picture-signature.ts`), from its pixels: a sample that costs a fraction of a millisecond. */
import { UNITS_PER_LEVEL } from '../../policies/picture-signature.ts';
import { CAPTION_SHARE, lumaThousandths } from './brightness.ts';
import type { RawPicture } from './decode.ts';

/** Of a block that JPEG encodes by itself. Taken whole and where the encoder has it, because then nothing of its details remains in its mean. */
const BLOCK = 8;
/** 576 blocks without the captions: the noise of a camera by day moves some dozens of them, and the row of a device stays below 2 kB. */
const MAX_COLUMNS = 32;
const MAX_ROWS = 24;
/** From the darkest to the brightest pixel of a block in which something is to be seen. What is flat, painted over or black as night is alike in any two pictures. */
const SHOWN_LEVELS = 4;

export function signBlocks(pixels: RawPicture): Uint16Array {
  const across = Math.floor(pixels.width / BLOCK);
  const down = Math.floor(pixels.height / BLOCK);
  const columns = Math.min(MAX_COLUMNS, across);
  const rows = Math.min(MAX_ROWS, down);
  const captionRows = Math.ceil(rows * CAPTION_SHARE);
  const blocks = new Uint16Array(columns * (rows - 2 * captionRows));
  for (let row = captionRows, block = 0; row < rows - captionRows; row += 1) {
    const top = Math.floor((row * down) / rows) * BLOCK;
    for (let column = 0; column < columns; column += 1, block += 1) {
      blocks[block] = signBlock(pixels, Math.floor((column * across) / columns) * BLOCK, top);
    }
  }
  return blocks;
}

function signBlock({ data, width }: RawPicture, left: number, top: number): number {
  let sum = 0;
  let darkest = 255_000;
  let brightest = 0;
  for (let y = top; y < top + BLOCK; y += 1) {
    for (let at = (y * width + left) * 3, end = at + BLOCK * 3; at < end; at += 3) {
      const level = lumaThousandths(data, at);
      sum += level;
      if (level < darkest) darkest = level;
      if (level > brightest) brightest = level;
    }
  }
  const mean = Math.round((sum * UNITS_PER_LEVEL) / (BLOCK * BLOCK * 1000));
  return mean * 2 + (brightest - darkest >= SHOWN_LEVELS * 1000 ? 1 : 0);
}
