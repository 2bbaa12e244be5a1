/** Pixels for a detector: the only way in which inference gets at a picture. */
import type { FramePicture, PictureSize } from '../../activities/ports/detector.ts';
import type { RawPicture } from './decode.ts';
import { refusalOf } from './decode.ts';
import { sharp } from './sharp.ts';

/** 8-bit RGB, row by row, in a buffer of its own that may be handed to another thread. */
export type ModelInput = Uint8Array<ArrayBuffer>;

/** A picture at exactly `size`. Throws what `picture.jpeg` throws, and `Failure('image_corrupt')`. */
export type DecodeForModel = (picture: FramePicture, size: PictureSize) => Promise<ModelInput>;

/** In the process that asks. */
export const decodeHere: DecodeForModel = async (picture, size) => decodeJpegForModel(await picture.jpeg(), size);

export const decodeJpegForModel = (jpeg: Uint8Array, size: PictureSize): Promise<ModelInput> => scaleForModel(sharp(jpeg, { failOn: 'none' }), size);

/** The very input that the JPEG gives which decodes to these pixels; undefined where it would give another. */
export function scalePixelsForModel(pixels: RawPicture, size: PictureSize): Promise<ModelInput> | undefined {
  if (shrinksWhileDecoding(pixels, size)) return undefined;
  return scaleForModel(sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } }), size);
}

async function scaleForModel(source: ReturnType<typeof sharp>, size: PictureSize): Promise<ModelInput> {
  try {
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
