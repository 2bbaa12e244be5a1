import { describe, expect, it } from 'vitest';
import { sharp } from '../../../adapters/images/sharp.ts';
import { DEVICE_CLASSES } from '../../../contracts/device.ts';
import type { DeviceClass } from '../../../contracts/device.ts';
import type { Failure } from '../../../contracts/failures.ts';
import { readerOf } from '../../support/plain-camera.ts';
import { flat, patch, scene } from './pictures.ts';

const reader = readerOf();
const refusal = (code: string, detail?: RegExp) =>
  expect.objectContaining({ name: 'Failure', code, ...(detail && { detail: expect.stringMatching(detail) as string }) });

describe('a sound picture', () => {
  it('comes out as an sRGB JPEG of the same size without any metadata', async () => {
    const bytes = await scene(320, 240).withExif({ IFD0: { Copyright: 'secret of the camera' } }).withIccProfile('p3').jpeg().toBuffer();
    const standardised = await reader.standardise(bytes);
    expect(standardised).toMatchObject({ width: 320, height: 240, standardisedWidth: 320, standardisedHeight: 240, format: 'jpeg', warnings: [] });
    const header = await sharp(standardised.jpeg).metadata();
    expect(header).toMatchObject({ format: 'jpeg', space: 'srgb', channels: 3, depth: 'uchar', isProgressive: false, chromaSubsampling: '4:2:0' });
    expect([header.exif, header.icc, header.xmp, header.orientation]).toEqual([undefined, undefined, undefined, undefined]);
    expect(standardised.jpeg.includes('secret of the camera')).toBe(false);
  });

  it('is turned upright, and its size is that of the upright picture', async () => {
    // A bright stripe along what is the left edge as stored and the top edge once turned by orientation 6.
    const stored = await scene(240, 320).composite([await patch(0, 0, 24, 320, '#fff')]).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const standardised = await reader.standardise(stored);
    expect(standardised).toMatchObject({ width: 320, height: 240 });
    const darkest = async (region: { left: number; top: number; width: number; height: number }) => Math.min(...(await sharp(standardised.jpeg).extract(region).raw().toBuffer()));
    expect(await darkest({ left: 0, top: 0, width: 320, height: 16 })).toBeGreaterThan(240);
    expect(await darkest({ left: 0, top: 40, width: 16, height: 200 })).toBeLessThan(200);
  });

  it('is bounded in size, while its own size is still told', async () => {
    const standardised = await reader.standardise(await scene(3000, 1500).jpeg().toBuffer());
    expect(standardised).toMatchObject({ width: 3000, height: 1500, standardisedWidth: 1920, standardisedHeight: 960 });
  });

  it.each([
    ['16-bit PNG', () => scene(64, 48).toColourspace('rgb16').png()],
    ['grey PNG', () => scene(64, 48).greyscale().png()],
    ['16-bit grey PNG', () => scene(64, 48).toColourspace('grey16').png()],
    ['PNG with transparency', () => scene(64, 48).ensureAlpha(0.7).png()],
    ['palette PNG', () => scene(64, 48).png({ palette: true, colours: 16 })],
    ['interlaced PNG', () => scene(64, 48).png({ progressive: true })],
    ['grey JPEG', () => scene(64, 48).greyscale().jpeg()],
    ['progressive JPEG', () => scene(64, 48).jpeg({ progressive: true })],
    ['CMYK JPEG', () => scene(64, 48).toColourspace('cmyk').jpeg()],
    ['lossless WebP', () => scene(64, 48).webp({ lossless: true })],
    ['WebP with transparency', () => scene(64, 48).ensureAlpha(0.7).webp()],
  ])('is read from a %s', async (_, make) => {
    const { jpeg, width, height } = await reader.standardise(await make().toBuffer());
    expect({ width, height }).toEqual({ width: 64, height: 48 });
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', channels: 3, space: 'srgb', depth: 'uchar' });
  });

  it('leaves the bytes of the caller as they were', async () => {
    const bytes = await scene(64, 48).png().toBuffer();
    const before = Buffer.from(bytes);
    await reader.standardise(bytes);
    expect(bytes.equals(before)).toBe(true);
  });
});

describe('the signature of a picture', () => {
  it('tells how a JPEG was encoded', async () => {
    const signed = async (quality: number, seed = 1) => (await reader.standardise(await scene(320, 240, seed).jpeg({ quality }).toBuffer())).signature;
    // What libjpeg's tables divide the mean of a block by, an eighth of it in levels.
    expect([(await signed(50)).stepLevels, (await signed(80)).stepLevels, (await signed(100)).stepLevels]).toEqual([16 / 8, 6 / 8, 1 / 8]);
    // The same step, and other details.
    const [a, b] = [await signed(90), await signed(92)];
    expect(a.stepLevels).toBe(b.stepLevels);
    expect(a.encoding).not.toBe(b.encoding);
    expect((await signed(90, 2)).encoding).toBe(a.encoding);
  });

  it('names no encoding where means are not rounded', async () => {
    expect((await reader.standardise(await scene(320, 240).png().toBuffer())).signature).toMatchObject({ encoding: 0, stepLevels: 0 });
  });

  it('does not hold what lies in a privacy area', async () => {
    const covering = readerOf({ privacyAreas: [[[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]]] });
    const signed = async (colour: string) => {
      const bytes = await scene(320, 240).composite([await patch(120, 90, 60, 60, colour)]).png().toBuffer();
      return { painted: (await covering.standardise(bytes)).signature, open: (await reader.standardise(bytes)).signature };
    };
    const [white, black] = [await signed('#fff'), await signed('#000')];
    expect(white.painted).toEqual(black.painted);
    expect(white.open).not.toEqual(black.open);
  });

  it('has fewer blocks where a picture has fewer, and none that reach over its edge', async () => {
    for (const [width, height, blocks] of [[320, 240, 32 * 18], [64, 48, 8 * 4], [33, 47, 4 * 3]] as const) {
      expect((await reader.standardise(await scene(width, height).png().toBuffer())).signature.blocks).toHaveLength(blocks);
    }
  });
});

describe('limits', () => {
  it.each([
    ['image_too_small', 31, 40],
    ['image_too_small', 40, 31],
    ['aspect_extreme', 800, 99],
    ['aspect_extreme', 40, 330],
    ['image_too_large', 600, 400],
  ])('%s at %i x %i', async (code, width, height) => {
    const limited = readerOf({}, { maxPixels: 200_000 });
    await expect(limited.standardise(await scene(width, height).png().toBuffer())).rejects.toThrow(refusal(code, new RegExp(`${width} x ${height}`)));
  });

  it('let pictures through that just keep them', async () => {
    for (const [width, height] of [[32, 32], [256, 32], [500, 400]] as const) {
      await expect(readerOf({}, { maxPixels: 200_000 }).standardise(await scene(width, height).png().toBuffer())).resolves.toMatchObject({ width, height });
    }
  });

  it('are those of the class of the device', async () => {
    const answer = (deviceClass: DeviceClass, bytes: Buffer): Promise<unknown> => readerOf({ deviceClass }).standardise(bytes).then(() => 'accepted', (error: Failure) => error.code);
    const answers = async (bytes: Buffer): Promise<unknown> => Object.fromEntries(await Promise.all(DEVICE_CLASSES.map(async (name) => [name, await answer(name, bytes)])));
    expect(await answers(await scene(32, 24).png().toBuffer())).toEqual({ camera: 'image_too_small', thermal: 'accepted', panorama: 'image_too_small' });
    expect(await answers(await scene(640, 50).png().toBuffer())).toEqual({ camera: 'aspect_extreme', thermal: 'aspect_extreme', panorama: 'accepted' });
    expect(await answers(await scene(680, 40).png().toBuffer())).toEqual({ camera: 'aspect_extreme', thermal: 'aspect_extreme', panorama: 'aspect_extreme' });
    // A yard of nearly one temperature, and somebody in it who is hardly warmer.
    const cool = await flat(160, 120, '#404040').composite([await patch(60, 40, 12, 40, '#464646')]).png().toBuffer();
    expect(await answers(cool)).toEqual({ camera: 'image_void', thermal: 'accepted', panorama: 'image_void' });
    const noise = { type: 'gaussian', mean: 64, sigma: 0.5 } as const;
    const shut = await sharp({ create: { width: 160, height: 120, channels: 3, background: '#000', noise } }).greyscale().png().toBuffer();
    expect(await answers(shut)).toEqual({ camera: 'image_void', thermal: 'image_void', panorama: 'image_void' });
  });

  it('a JPEG of endless scans is refused before it is decoded, since no time limit would stop that', async () => {
    const sound = await scene(64, 64).jpeg({ progressive: true }).toBuffer();
    const lastScan = sound.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scans = Buffer.concat(Array.from({ length: 100 }, () => sound.subarray(lastScan, -2)));
    const bytes = Buffer.concat([sound.subarray(0, -2), scans, sound.subarray(-2)]);
    await expect(reader.standardise(bytes)).rejects.toThrow(refusal('decode_timeout', /scans/));
  });
});

describe('a picture that shows nothing', () => {
  it.each([
    ['black', flat(320, 240, '#000')],
    ['white', flat(320, 240, '#fff')],
    ['one flat colour', flat(320, 240, '#5a6b7c')],
  ])('is void when it is %s', async (look, picture) => {
    await expect(reader.standardise(await picture.jpeg().toBuffer())).rejects.toThrow(refusal('image_void', new RegExp(`^${look}`)));
  });

  it('is void in spite of the noise of a sensor behind a closed lens', async () => {
    const noise = { type: 'gaussian', mean: 16, sigma: 8 } as const;
    const bytes = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#000', noise } }).jpeg().toBuffer();
    await expect(reader.standardise(bytes)).rejects.toThrow(refusal('image_void'));
  });

  it('is void in spite of a clock that the camera writes over it', async () => {
    const bytes = await flat(640, 480, '#020202').composite([await patch(10, 8, 300, 30, '#fff')]).jpeg().toBuffer();
    await expect(reader.standardise(bytes)).rejects.toThrow(refusal('image_void'));
  });

  it('is not void when one doorway in a dark yard is lit', async () => {
    const bytes = await flat(640, 480, '#020202').composite([await patch(400, 250, 40, 70, '#776')]).jpeg().toBuffer();
    await expect(reader.standardise(bytes)).resolves.toMatchObject({ width: 640 });
  });

  it('is void when it is wholly transparent', async () => {
    const bytes = await sharp({ create: { width: 64, height: 64, channels: 4, background: { r: 200, g: 10, b: 10, alpha: 0 } } }).png().toBuffer();
    await expect(reader.standardise(bytes)).rejects.toThrow(refusal('image_void'));
  });
});

describe('a JPEG that was cut short', () => {
  const cut = async (share: number, orientation = 1) => {
    const bytes = await scene(640, 480).withMetadata({ orientation }).jpeg().toBuffer();
    return bytes.subarray(0, Math.floor(bytes.length * share));
  };

  it('is taken with a warning when only its last bytes are missing', async () => {
    const bytes = await scene(640, 480).jpeg().toBuffer();
    const standardised = await reader.standardise(bytes.subarray(0, -2));
    expect(standardised).toMatchObject({ width: 640, warnings: [expect.stringMatching(/end of the picture is missing, 100 %/)] });
  });

  it('is taken with a warning when 95 of 100 rows arrived', async () => {
    await expect(reader.standardise(await cut(0.96))).resolves.toMatchObject({ warnings: [expect.stringMatching(/missing, 9[3-7] %/)] });
  });

  it.each([0.85, 0.5, 0.1])('is refused when a share of %d of its bytes arrived', async (share) => {
    await expect(reader.standardise(await cut(share))).rejects.toThrow(refusal('image_truncated', /% of the rows arrived/));
  });

  it('is refused also where the missing rows are columns of the upright picture', async () => {
    await expect(reader.standardise(await cut(0.5, 6))).rejects.toThrow(refusal('image_truncated'));
  });

  it('is not mistaken for cut when its lower part is black', async () => {
    const bytes = await scene(640, 480).composite([await patch(0, 380, 640, 100, '#000')]).jpeg().toBuffer();
    await expect(reader.standardise(bytes.subarray(0, -2))).resolves.toMatchObject({ width: 640 });
  });
});

describe('other formats that were cut short', () => {
  it.each([
    ['PNG', () => scene(160, 120).png()],
    ['WebP', () => scene(160, 120).webp()],
  ])('are called that: %s', async (_, make) => {
    const bytes = await make().toBuffer();
    for (const share of [0.05, 0.5, 0.97]) {
      await expect(reader.standardise(bytes.subarray(0, Math.floor(bytes.length * share)))).rejects.toThrow(refusal('image_truncated'));
    }
  });
});

describe('bytes that follow a picture', () => {
  it.each([
    ['jpeg', () => scene(64, 48).jpeg()],
    ['png', () => scene(64, 48).png()],
    ['webp', () => scene(64, 48).webp()],
  ] as const)('are ignored with a warning: %s', async (format, make) => {
    const bytes = await make().toBuffer();
    const behind = await reader.standardise(Buffer.concat([bytes, Buffer.from('trailing bytes')]));
    expect(behind).toMatchObject({ format, warnings: ['14 bytes of something else follow the picture: they are ignored'] });
    const twice = await reader.standardise(Buffer.concat([bytes, bytes]));
    expect(twice.warnings).toEqual([`${bytes.length} bytes of another picture follow the picture: they are ignored`]);
    expect(twice.jpeg.equals(behind.jpeg)).toBe(true);
  });

  it('an animation gives its first picture, with a warning', async () => {
    const frames = Buffer.concat([await scene(64, 48, 1).raw().toBuffer(), await scene(64, 48, 2).raw().toBuffer()]);
    const bytes = await sharp(frames, { raw: { width: 64, height: 96, channels: 3, pageHeight: 48 } }).webp({ loop: 0 }).toBuffer();
    await expect(reader.standardise(bytes)).resolves.toMatchObject({ width: 64, height: 48, warnings: [expect.stringMatching(/animation of 2/)] });
  });
});

describe('what is no picture that we take', () => {
  it.each([
    ['', /no bytes at all/],
    ['GIF89a......', /a GIF/],
    ['II*\0........', /a TIFF/],
    ['BM..........', /a BMP/],
    ['....ftypavif', /HEIF or AVIF/],
    ['<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', /an SVG/],
    ['<!DOCTYPE html><html><body>Sign in</body></html>', /a web page/],
    ['--boundary\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0', /a JPEG behind 40 bytes/],
    ['hello', /no kind that we know/],
  ])('is named: %j', async (text, detail) => {
    await expect(reader.standardise(Buffer.from(text, 'latin1'))).rejects.toThrow(refusal('format_unsupported', detail));
  });

  it('cannot be reached behind the first bytes either: the loaders of other formats are off', async () => {
    const gif = await scene(64, 48).gif().toBuffer();
    await expect(sharp(gif).metadata()).rejects.toThrow(/unsupported|blocked/i);
    await expect(sharp('/etc/hostname').metadata()).rejects.toThrow();
  });
});
