import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeJpegForModel, scalePixelsForModel } from '../../../adapters/images/model-input.ts';
import { plainJpeg } from '../../../adapters/images/plain-jpeg.ts';
import { sharp } from '../../../adapters/images/sharp.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { readerOf } from '../../support/plain-camera.ts';
import { scene } from './pictures.ts';

const reader = readerOf();
const pixelsOf = (jpeg: Uint8Array): Promise<Buffer> => sharp(jpeg).raw().toBuffer();
const SIZE = [320, 240] as const;

/** A segment put in behind the start-of-image marker. */
function withSegment(jpeg: Buffer, marker: number, content: string): Buffer {
  const length = content.length + 2;
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.of(0xff, marker, length >> 8, length & 255), Buffer.from(content, 'latin1'), jpeg.subarray(2)]);
}

describe('a sound JPEG', () => {
  it('keeps its picture byte for byte and loses all that describes it', async () => {
    const bare = await scene(...SIZE).jpeg({ chromaSubsampling: '4:2:0' }).toBuffer();
    const talkative = withSegment(withSegment(bare, 0xfe, 'a comment'), 0xe1, 'Exif\0\0 and where it was taken');
    const plain = plainJpeg(talkative, talkative.length);
    expect(plain?.equals(bare)).toBe(true);
  });

  it('that carried nothing is stored as it came, so its bytes are stored once', async () => {
    const bare = await scene(...SIZE).jpeg().toBuffer();
    const standardised = await reader.standardise(bare);
    expect(standardised.jpeg.equals(bare)).toBe(true);
  });

  it.each([
    ['is kept with the name of the encoder that every recorder built on ffmpeg writes', 'Lavc61.19.101\0', true],
    ['loses a comment that only begins like one', 'Lavc61.19.101 at the back door\0', false],
  ])('%s', async (_, comment, kept) => {
    const bytes = withSegment(await scene(...SIZE).jpeg().toBuffer(), 0xfe, comment);
    expect((await reader.standardise(bytes)).jpeg.includes('Lavc')).toBe(kept);
  });

  it('comes with the pixels that its bytes decode to', async () => {
    const { jpeg, pixels } = await reader.standardise(await scene(...SIZE).withExif({ IFD0: { Copyright: 'x' } }).jpeg().toBuffer());
    expect(pixels?.data.equals(await pixelsOf(jpeg))).toBe(true);
    expect(jpeg.includes('Exif')).toBe(false);
  });

  it('loses what follows it', async () => {
    const bare = await scene(...SIZE).jpeg().toBuffer();
    expect((await reader.standardise(Buffer.concat([bare, Buffer.from('<script>')]))).jpeg.equals(bare)).toBe(true);
  });

  it('with restart markers is kept whole', async () => {
    // As cameras write it whose line may lose bytes; libvips cannot be asked for it.
    const bytes = await readFile(new URL('restart-markers.jpg', import.meta.url));
    expect(bytes.includes(Buffer.of(0xff, 0xd0))).toBe(true);
    expect((await reader.standardise(bytes)).jpeg.equals(bytes)).toBe(true);
  });
});

describe('a JPEG is encoded anew', () => {
  it.each<[string, () => Promise<Buffer>]>([
    ['progressive', () => scene(...SIZE).jpeg({ progressive: true }).toBuffer()],
    ['grey', () => scene(...SIZE).toColourspace('b-w').jpeg().toBuffer()],
    ['CMYK', () => scene(...SIZE).toColourspace('cmyk').jpeg().toBuffer()],
    ['with a colour profile', () => scene(...SIZE).withIccProfile('p3').jpeg().toBuffer()],
    ['turned', () => scene(...SIZE).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['with a word of Adobe about its colours', async () => withSegment(await scene(...SIZE).jpeg().toBuffer(), 0xee, 'Adobe\0d\0\0\0\0\x01')],
    ['larger than the bound', () => scene(2400, 300).jpeg().toBuffer()],
    ['of more bytes than it is worth', () => scene(...SIZE).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()],
  ])('that is %s', async (_, make) => {
    const bytes = await make();
    const { jpeg, pixels } = await reader.standardise(bytes);
    expect(pixels === null).toBe(true);
    expect(jpeg.includes('Adobe')).toBe(false);
    expect(await sharp(jpeg).metadata()).toMatchObject({ channels: 3, space: 'srgb', isProgressive: false });
  });
});

it('whatever is damaged in a JPEG, what is kept is what its pixels say', { timeout: 120_000 }, async () => {
  const sound = withSegment(await scene(160, 120).jpeg().toBuffer(), 0xfe, 'comment');
  const random = seededRandom(7);
  let kept = 0;
  for (let round = 0; round < 1_500; round += 1) {
    const bytes = Buffer.from(sound);
    // Mostly in the headers, where the markers are.
    for (let hits = 0; hits < 1 + random() * 3; hits += 1) bytes[2 + Math.floor(random() * (random() < 0.7 ? 640 : bytes.length - 2))] = Math.floor(random() * 256);
    const read = await reader.standardise(bytes).catch(() => undefined);
    if (!read?.pixels) continue;
    kept += 1;
    expect(read.pixels.data.equals(await pixelsOf(read.jpeg)), `round ${round}`).toBe(true);
  }
  expect(kept).toBeGreaterThan(50);
});

describe('pixels at hand', () => {
  it.each([[512, 384], [640, 360], [300, 300], [385, 289]])('give the detector the very input that the stored frame gives it: %d x %d', async (width, height) => {
    const { jpeg, pixels } = await reader.standardise(await scene(768, 576).jpeg().toBuffer());
    const decoded = await decodeJpegForModel(jpeg, { width, height });
    const atHand = await scalePixelsForModel(pixels!, { width, height });
    expect(Buffer.from(atHand!).equals(Buffer.from(decoded))).toBe(true);
  });

  it.each([[384, 288], [200, 150]])('are no use where a decoder takes a short cut: %d x %d', async (width, height) => {
    const { pixels } = await reader.standardise(await scene(768, 576).jpeg().toBuffer());
    expect(scalePixelsForModel(pixels!, { width, height })).toBeUndefined();
  });
});
