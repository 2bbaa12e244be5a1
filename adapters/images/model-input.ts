/** Pixels for a detector: the only way in which inference gets at a picture. */
import type { PictureSize } from '../../activities/ports/detector.ts';
import { refusalOf } from './decode.ts';
import { sharp } from './sharp.ts';

/** 8-bit RGB of exactly `size`, row by row, in a buffer of its own that may be handed to another thread. Throws `Failure('image_corrupt')`. */
export async function decodeForModel(jpeg: Uint8Array, size: PictureSize): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { data } = await sharp(jpeg, { failOn: 'none' })
      // Linear, because the models were trained on pictures scaled that way; sharper kernels shift the scores.
      .resize(size.width, size.height, { fit: 'fill', kernel: 'linear' })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  } catch (error) {
    throw refusalOf(error);
  }
}
