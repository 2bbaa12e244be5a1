/**
 * Foreign bytes in, a standardised frame or a named refusal out. Order matters: the first bytes, then the header, then limits, and only
 * then pixels, so that nothing built to do harm reaches a decoder that could be harmed.
 */
import type { ImageFormat, PictureDemands, StandardisedImage } from '../../activities/ports/image-reader.ts';
import type { Polygon } from '../../contracts/device.ts';
import { Failure } from '../../contracts/failures.ts';
import { SAMPLES, measureBrightness } from './brightness.ts';
import { decode, decodedShare, readHeader, refusalOf } from './decode.ts';
import type { PictureHeader, RawPicture } from './decode.ts';
import type { CommonLimits, ImageLimits, LimitsByClass } from './image-limits.ts';
import { COMMON_LIMITS } from './image-limits.ts';
import { walkJpegStream } from './jpeg-stream.ts';
import type { JpegStream } from './jpeg-stream.ts';
import { plainJpeg } from './plain-jpeg.ts';
import { paintAreas } from './privacy-paint.ts';
import { sharp } from './sharp.ts';
import { signBlocks } from './sign-picture.ts';
import { describeForeign, sniffFormat } from './sniff-format.ts';

/** Times the spread of a void picture at its noisiest. */
const CLEARLY_SOMETHING = 4;

export interface DecodedImage extends StandardisedImage {
  /** What `jpeg` decodes to, exactly; null where that is not known without decoding it. */
  readonly pixels: RawPicture | null;
}

/** An `ImageReader` that has the pixels too. */
export interface DecodingReader {
  standardise(bytes: Uint8Array, demands: PictureDemands): Promise<DecodedImage>;
}

export function createImageReader(byClass: LimitsByClass, overrides: Partial<CommonLimits> = {}): DecodingReader {
  return {
    async standardise(bytes, { deviceClass, privacyAreas }) {
      try {
        return await standardise(bytes, privacyAreas, { ...COMMON_LIMITS, ...byClass[deviceClass], ...overrides });
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

async function standardise(bytes: Uint8Array, privacyAreas: readonly Polygon[], limits: ImageLimits): Promise<DecodedImage> {
  const format = sniffFormat(bytes);
  if (!format) throw new Failure('format_unsupported', `neither JPEG, PNG nor WebP: ${describeForeign(bytes)}`);

  const { end: endOfPicture, ...encoded } = readStream(bytes, format, limits);
  const header = await readHeader(bytes, format).catch((error: unknown) => {
    if (endOfPicture === undefined) throw new Failure('image_truncated', 'cut short within its header', { cause: error });
    throw error;
  });
  checkShape(header, limits);

  const { pixels, warnings } = await decodeTolerantly(bytes, format, header, endOfPicture, limits);
  // Of what the camera saw: paint would give a dead sensor a contrast, and may cover all that a good picture of a plain wall has.
  checkContent(pixels, limits);
  paintAreas(pixels, privacyAreas);

  const sound = privacyAreas.length === 0 && warnings.length === 0 && !header.turned && pixels.width === header.width && pixels.height === header.height;
  const asItCame = format === 'jpeg' && sound && endOfPicture !== undefined ? keepAsItCame(bytes, endOfPicture, pixels, limits) : undefined;
  if (endOfPicture !== undefined && endOfPicture < bytes.length) warnings.push(describeRest(bytes, endOfPicture));
  if (header.pages > 1) warnings.push(`an animation of ${header.pages} pictures: the first is used`);
  return {
    jpeg: asItCame ?? await encodeJpeg(pixels, limits),
    width: header.width,
    height: header.height,
    standardisedWidth: pixels.width,
    standardisedHeight: pixels.height,
    pixels: asItCame ? pixels : null,
    signature: { ...encoded, blocks: signBlocks(pixels) },
    format,
    warnings,
  };
}

/** Where the picture ends within its bytes, undefined when they stop before it does; and how it was encoded, as far as its signature tells that. */
function readStream(bytes: Uint8Array, format: ImageFormat, limits: ImageLimits): Omit<JpegStream, 'scans'> {
  if (format !== 'jpeg') return { end: findEnd(bytes, format), encoding: 0, stepLevels: 0 };
  const { scans, ...stream } = walkJpegStream(bytes);
  if (scans > limits.maxScans) throw new Failure('decode_timeout', `${scans} scans, where pictures have about ten and ${limits.maxScans} are the limit`);
  return stream;
}

function findEnd(bytes: Uint8Array, format: Exclude<ImageFormat, 'jpeg'>): number | undefined {
  if (format === 'webp') {
    // RIFF: the four bytes behind the magic hold the size of what follows them.
    const end = 8 + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32LE(4);
    return end <= bytes.length ? end : undefined;
  }
  // PNG: the last chunk has no data, so a length of zero, its name and a checksum.
  const lastChunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\0\0\0\0IEND', 0, 'latin1');
  return lastChunk >= 0 && lastChunk + 12 <= bytes.length ? lastChunk + 12 : undefined;
}

function checkShape({ width, height }: PictureHeader, limits: ImageLimits): void {
  const size = `${width} x ${height} pixels`;
  if (!(width > 0 && height > 0)) throw new Failure('image_corrupt', `the header says ${size}`);
  if (width * height > limits.maxPixels) throw new Failure('image_too_large', `${size}, the limit is ${limits.maxPixels} in all`);
  if (Math.max(width, height) / Math.min(width, height) > limits.maxAspect) throw new Failure('aspect_extreme', `${size}, the limit is ${limits.maxAspect} to 1`);
  if (Math.min(width, height) < limits.minSidePixels) throw new Failure('image_too_small', `${size}, each side needs ${limits.minSidePixels}`);
}

/** One strict decode for a sound picture. A damaged one is looked at again, because a JPEG that lacks its last bytes still shows the scene. */
async function decodeTolerantly(
  bytes: Uint8Array,
  format: ImageFormat,
  header: PictureHeader,
  endOfPicture: number | undefined,
  limits: ImageLimits,
): Promise<{ pixels: RawPicture; warnings: string[] }> {
  try {
    return { pixels: await decode(bytes, header, true, limits), warnings: [] };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.code !== 'image_corrupt' || endOfPicture !== undefined) throw refusal;
    if (format !== 'jpeg') throw new Failure('image_truncated', 'cut short: the end of the picture is missing', { cause: error });

    const share = await decodedShare(bytes, limits);
    const percent = Math.floor(share * 100);
    if (share < limits.minDecodedShare) throw new Failure('image_truncated', `cut short: ${percent} % of the rows arrived`, { cause: error });
    // Damage other than the missing end: colours and shapes behind it are not what the camera saw.
    if (!/premature end of JPEG image/i.test(refusal.detail)) throw refusal;
    return { pixels: await decode(bytes, header, false, limits), warnings: [`the end of the picture is missing, ${percent} % of the rows arrived`] };
  }
}

function checkContent(pixels: RawPicture, limits: ImageLimits): void {
  // Nearly every picture is far from showing nothing, and a glance tells.
  if (measureBrightness(pixels, SAMPLES.few).spread > CLEARLY_SOMETHING * limits.voidLevels) return;
  const { mean, spread } = measureBrightness(pixels, SAMPLES.many);
  if (spread > limits.voidLevels) return;
  const look = mean < 32 ? 'black' : mean > 223 ? 'white' : 'one flat colour';
  throw new Failure('image_void', `${look} all over: brightness ${Math.round(mean)} of 255 varies by ${Math.round(spread)}`);
}

function describeRest(bytes: Uint8Array, endOfPicture: number): string {
  const rest = bytes.subarray(endOfPicture);
  const what = sniffFormat(rest) ? 'another picture' : 'something else';
  return `${rest.length} bytes of ${what} follow the picture: they are ignored`;
}

/** Undefined where the picture has to be encoded anew: for its kind, or because it takes more bytes than it is worth. */
function keepAsItCame(bytes: Uint8Array, end: number, { width, height }: RawPicture, limits: ImageLimits): Buffer | undefined {
  const plain = plainJpeg(bytes, end);
  return plain && plain.length <= width * height * limits.maxKeptBytesPerPixel ? plain : undefined;
}

function encodeJpeg({ data, width, height }: RawPicture, limits: ImageLimits): Promise<Buffer> {
  // No mozjpeg: a tenth fewer bytes for several times the work. sharp writes no metadata unless asked to.
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: limits.jpegQuality, chromaSubsampling: '4:2:0', mozjpeg: false })
    .toBuffer();
}
