/** Pixels for a detector: the only way in which inference gets at a picture. */
import type { FramePicture, PictureSize } from '../../activities/ports/detector.ts';
import type { RawPicture } from '../../activities/ports/image-reader.ts';
import { refusalOf } from './decode.ts';
import { sharp } from './sharp.ts';

/** 8-bit RGB of exactly `size`, row by row, in a buffer of its own that may be handed to another thread. Throws `Failure('image_corrupt')`. */
export async function decodeForModel(picture: FramePicture, size: PictureSize): Promise<Uint8Array<ArrayBuffer>> {
  const { pixels } = picture;
  const jpeg = pixels && !shrinksWhileDecoding(pixels, size) ? undefined : await picture.jpeg();
  try {
    const source = jpeg === undefined ? sharp(pixels!.data, { raw: { width: pixels!.width, height: pixels!.height, channels: 3 } }) : sharp(jpeg, { failOn: 'none' });
    const { data } = await source
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

/**
 * libjpeg leaves out half of the work when a picture is needed at half its size or less. That is cheaper than scaling pixels that are there, and gives slightly
 * others: the detector must see the same, whether or not this process happens to have decoded the frame before.
 */
const shrinksWhileDecoding = (pixels: RawPicture, size: PictureSize): boolean => Math.min(pixels.width / size.width, pixels.height / size.height) >= 2;
