/** Forty inputs that cameras, proxies and attackers send, each with the one right answer. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharp } from '../../../adapters/images/sharp.ts';
import { FAILURES } from '../../../contracts/failures.ts';
import type { FailureCode } from '../../../contracts/failures.ts';
import { assetForTest } from '../../support/assets.ts';
import { readerOf } from '../../support/plain-camera.ts';

const folder = await assetForTest('odd-inputs');
const reader = readerOf();

interface Accepted {
  readonly format: string;
  readonly size: string;
  readonly standardised?: string;
  readonly warning?: RegExp;
  /** Shows the courtyard of the original frame, in these colours. */
  readonly shows?: 'courtyard' | 'grey courtyard';
}

const ACCEPTED: Readonly<Record<string, Accepted>> = {
  'alpha.png': { format: 'png', size: '320x240' },
  'cmyk.jpg': { format: 'jpeg', size: '768x576', shows: 'courtyard' },
  'exif-orientation-6.jpg': { format: 'jpeg', size: '768x576', shows: 'courtyard' },
  'gray.jpg': { format: 'jpeg', size: '768x576', shows: 'grey courtyard' },
  'mjpeg-no-huffman-tables.jpg': { format: 'jpeg', size: '768x576', shows: 'courtyard' },
  'no-object-plasma.jpg': { format: 'jpeg', size: '640x480' },
  'png-named-as.jpg': { format: 'png', size: '320x240', shows: 'courtyard' },
  'progressive.jpg': { format: 'jpeg', size: '768x576', shows: 'courtyard' },
  'rgb16.png': { format: 'png', size: '320x240', shows: 'courtyard' },
  'trailing-garbage.jpg': { format: 'jpeg', size: '768x576', warning: /2048 bytes of something else follow/, shows: 'courtyard' },
  'truncated-last-2-bytes.jpg': { format: 'jpeg', size: '768x576', warning: /end of the picture is missing, 100 %/, shows: 'courtyard' },
  'two-jpegs-concatenated.jpg': { format: 'jpeg', size: '768x576', warning: /100823 bytes of another picture follow/, shows: 'courtyard' },
  'upscaled-4k.jpg': { format: 'jpeg', size: '3840x2160', standardised: '1920x1080', shows: 'courtyard' },
  'valid.webp': { format: 'webp', size: '320x240', shows: 'courtyard' },
};

const REFUSED: Readonly<Record<string, readonly [FailureCode, RegExp]>> = {
  'all-black.jpg': ['image_void', /^black/],
  'all-white.jpg': ['image_void', /^white/],
  'animated.gif': ['format_unsupported', /GIF/],
  'bit-rot-header.jpg': ['image_corrupt', /cannot be decoded/],
  'bit-rot-middle.jpg': ['image_corrupt', /cannot be decoded/],
  'decompression-bomb-30000x30000-1bit.png': ['image_too_large', /30000 x 30000/],
  'empty.jpg': ['format_unsupported', /no bytes/],
  'extreme-aspect-4096x8.jpg': ['aspect_extreme', /4096 x 8/],
  'extreme-aspect-8x4096.jpg': ['aspect_extreme', /8 x 4096/],
  'html-login-page.jpg': ['format_unsupported', /web page/],
  'jpeg-claims-65500x65500.jpg': ['image_too_large', /65500 x 65500/],
  'jpeg-zero-size.jpg': ['image_corrupt', /Empty JPEG/],
  'leading-garbage.jpg': ['format_unsupported', /a JPEG behind 40 bytes/],
  'one-byte.jpg': ['format_unsupported', /no kind that we know/],
  'png-1x1.png': ['image_too_small', /1 x 1/],
  'png-bad-crc.png': ['image_too_small', /8 x 8/],
  'random.jpg': ['format_unsupported', /no kind that we know/],
  'soi-only.jpg': ['image_truncated', /within its header/],
  'still.gif': ['format_unsupported', /GIF/],
  'svg-named.jpg': ['format_unsupported', /SVG/],
  'text.jpg': ['format_unsupported', /no kind that we know/],
  'tiny-1x1.jpg': ['image_too_small', /1 x 1/],
  'truncated-half.jpg': ['image_truncated', /39 % of the rows/],
  'truncated-header.jpg': ['image_truncated', /within its header/],
  'valid.bmp': ['format_unsupported', /BMP/],
  'valid.tiff': ['format_unsupported', /TIFF/],
};

describe.skipIf(!folder)('odd inputs', () => {
  const bytesOf = (name: string) => readFile(join(folder ?? '', name));

  it('all have their answer in this table', async () => {
    const names = (await readdir(folder ?? '')).filter((name) => name !== 'manifest.json');
    expect([...Object.keys(ACCEPTED), ...Object.keys(REFUSED)].sort()).toEqual(names.sort());
    expect(names).toHaveLength(40);
  });

  it.each(Object.entries(ACCEPTED))('%s is accepted', async (name, { format, size, standardised, warning, shows }) => {
    const read = await reader.standardise(await bytesOf(name));
    expect(`${read.width}x${read.height}`).toBe(size);
    expect(`${read.standardisedWidth}x${read.standardisedHeight}`).toBe(standardised ?? size);
    expect(read.format).toBe(format);
    expect(read.warnings).toEqual(warning ? [expect.stringMatching(warning)] : []);
    expect(await sharp(read.jpeg).metadata()).toMatchObject({ format: 'jpeg', channels: 3, width: read.standardisedWidth, height: read.standardisedHeight });
    if (shows) expect(await meanDifference(read.jpeg, await bytesOf('two-jpegs-concatenated.jpg'), shows === 'grey courtyard')).toBeLessThan(name === 'cmyk.jpg' ? 24 : 6);
  });

  it.each(Object.entries(REFUSED))('%s is refused', async (name, [code, detail]) => {
    expect(FAILURES[code].kind).toBe('refused');
    await expect(reader.standardise(await bytesOf(name))).rejects.toThrow(expect.objectContaining({ name: 'Failure', code, detail: expect.stringMatching(detail) }));
  });
});

/** Levels by which two pictures differ on average when both are made small: a picture that lies on its side or has wrong colours differs by far more. */
async function meanDifference(a: Uint8Array, b: Uint8Array, ignoreColour: boolean): Promise<number> {
  const small = async (bytes: Uint8Array) => {
    const picture = sharp(bytes, { failOn: 'none' }).resize(64, 48, { fit: 'fill' });
    return (ignoreColour ? picture.greyscale() : picture.toColourspace('srgb')).raw().toBuffer();
  };
  const [left, right] = [await small(a), await small(b)];
  expect(left.length).toBe(right.length);
  return left.reduce((sum, level, i) => sum + Math.abs(level - (right[i] ?? 0)), 0) / left.length;
}
