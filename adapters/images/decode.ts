/** Decodes foreign picture bytes with sharp and turns every way in which that can go wrong into a refusal with a name. */
import type { ImageFormat } from '../../activities/ports/image-reader.ts';
import { Failure } from '../../contracts/failures.ts';
import type { ImageLimits } from './image-limits.ts';
import { sharp } from './sharp.ts';

/** 8-bit sRGB, row by row from the top, three bytes to a pixel. */
export interface RawPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

export interface PictureHeader {
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** Stored in another position than the one it is seen in. */
  readonly turned: boolean;
  readonly transparent: boolean;
  /** Frames of an animation; 1 for a plain picture. */
  readonly pages: number;
}

/** Reads no more than the header, so its size may lie as it likes. */
export async function readHeader(bytes: Uint8Array, format: ImageFormat): Promise<PictureHeader> {
  const header = await sharp(bytes, { limitInputPixels: false, failOn: 'none' }).metadata();
  if (header.format !== format) throw new Failure('image_corrupt', `the bytes begin as ${format} and go on as ${header.format}`);
  return { width: header.autoOrient.width, height: header.autoOrient.height, turned: (header.orientation ?? 1) !== 1, transparent: header.hasAlpha, pages: header.pages ?? 1 };
}

/** Upright sRGB pixels, bounded in size. `strict` fails on the decoder's first warning, otherwise whatever arrived is used. */
export async function decode(bytes: Uint8Array, header: PictureHeader, strict: boolean, limits: ImageLimits): Promise<RawPicture> {
  const side = limits.maxStandardisedSidePixels;
  const picture = sharp(bytes, { limitInputPixels: limits.maxPixels, failOn: strict ? 'warning' : 'none', autoOrient: header.turned });
  // Each step costs a pass over the picture, also where it changes nothing.
  if (Math.max(header.width, header.height) > side) picture.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  if (header.transparent) picture.flatten({ background: '#000' });
  const { data, info } = await picture
    .toColourspace('srgb')
    .timeout({ seconds: limits.decodeTimeoutSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Failure('image_corrupt', `decodes to ${info.channels} channels instead of three`);
  return { data, width: info.width, height: info.height };
}

/**
 * Share of rows, 0..1, that a cut JPEG still had. libjpeg fills what is missing with one flat colour (mid-grey before any colour
 * conversion), so flat rows at the end are taken as missing. Black and white ones are not: those are the bars that cameras add.
 */
export async function decodedShare(bytes: Uint8Array, limits: ImageLimits): Promise<number> {
  const columns = 32;
  const rows = 100;
  // Not turned upright: what is missing are the last rows as they were stored.
  const grey = await sharp(bytes, { limitInputPixels: limits.maxPixels, failOn: 'none' })
    .resize(columns, rows, { fit: 'fill', kernel: 'nearest' })
    .greyscale()
    .timeout({ seconds: limits.decodeTimeoutSeconds })
    .raw()
    .toBuffer();
  const filler = grey[grey.length - 1] ?? 0;
  if (filler < 16 || filler > 240) return 1;
  let missing = 0;
  while (missing < rows) {
    const row = grey.subarray((rows - 1 - missing) * columns, (rows - missing) * columns);
    if (row.some((level) => Math.abs(level - filler) > 1)) break;
    missing += 1;
  }
  // One flat row proves nothing: a road or a wall may fill the last one.
  return missing < 2 ? 1 : 1 - missing / rows;
}

/** The refusal that an error of the decoder stands for. Anything unknown means that the picture cannot be decoded. */
export function refusalOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  const detail = line.slice(0, 160);
  if (/^timeout/i.test(detail)) return new Failure('decode_timeout', 'decoding went over its time limit', { cause: error });
  if (/exceeds pixel limit/i.test(detail)) return new Failure('image_too_large', 'more pixels than the limit', { cause: error });
  return new Failure('image_corrupt', `cannot be decoded: ${detail}`, { cause: error });
}
