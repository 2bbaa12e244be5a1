import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeHere } from '../../../adapters/images/model-input.ts';
import { openPictureReader } from '../../../adapters/images/picture-reader.ts';
import type { PictureReader } from '../../../adapters/images/picture-reader.ts';
import { PLAIN_CAMERA, USUAL_LIMITS, readerOf } from '../../support/plain-camera.ts';
import { scene } from './pictures.ts';

const readers: PictureReader[] = [];
afterEach(async () => { await Promise.all(readers.splice(0).map((reader) => reader.close())); });

async function open(keeps: boolean): Promise<PictureReader> {
  const reader = await openPictureReader({ keeps, limits: USUAL_LIMITS });
  readers.push(reader);
  return reader;
}

const SIZE = { width: 320, height: 240 };
const pictureOf = (jpeg: Buffer, read: () => void = () => {}) => ({ sha256: createHash('sha256').update(jpeg).digest('hex'), jpeg: async () => { read(); return jpeg; } });

describe('the picture reader', () => {
  it.each([
    ['a JPEG that stays as it came', () => scene(400, 300).jpeg().toBuffer()],
    ['a JPEG that loses its metadata', () => scene(400, 300).withExif({ IFD0: { Copyright: 'x' } }).jpeg().toBuffer()],
    ['a PNG', () => scene(400, 300).png().toBuffer()],
  ])('standardises %s as the decoder does without a thread', async (_, make) => {
    const bytes = await make();
    const { pixels: _pixels, ...here } = await readerOf().standardise(bytes);
    const there = await (await open(true)).standardise(bytes, PLAIN_CAMERA);
    expect(there.jpeg.equals(here.jpeg)).toBe(true);
    expect({ ...there, jpeg: null }).toEqual({ ...here, jpeg: null });
  });

  it('refuses by the same names', async () => {
    await expect((await open(true)).standardise(Buffer.from('GIF89a'), PLAIN_CAMERA)).rejects.toEqual(expect.objectContaining({ name: 'Failure', code: 'format_unsupported' }));
  });

  it('holds each picture to the limits of its device', async () => {
    const reader = await open(false);
    const small = await scene(30, 40).png().toBuffer();
    await expect(reader.standardise(small, { ...PLAIN_CAMERA, deviceClass: 'thermal' })).resolves.toMatchObject({ width: 30 });
    await expect(reader.standardise(small, PLAIN_CAMERA)).rejects.toEqual(expect.objectContaining({ code: 'image_too_small' }));
  });

  it('does not read a frame again that it has just standardised, and gives the input that the frame gives', async () => {
    const reader = await open(true);
    const inputs = [];
    const reads: number[] = [];
    for (let frame = 0; frame < 3; frame += 1) {
      const { jpeg } = await reader.standardise(await scene(400, 300).jpeg({ quality: 80 + frame }).toBuffer(), PLAIN_CAMERA);
      const expected = await decodeHere(pictureOf(jpeg), SIZE);
      const input = await reader.decodeForModel(pictureOf(jpeg, () => reads.push(frame)), SIZE);
      inputs.push(Buffer.from(input).equals(Buffer.from(expected)));
    }
    expect(inputs).toEqual([true, true, true]);
    // The first tells it what the detector wants.
    expect(reads).toEqual([0]);
  });

  it('reads every frame where another process has standardised it', async () => {
    const reader = await open(false);
    const jpeg = await scene(400, 300).jpeg().toBuffer();
    for (let time = 0; time < 2; time += 1) {
      await reader.standardise(jpeg, PLAIN_CAMERA);
      let read = false;
      await reader.decodeForModel(pictureOf(jpeg, () => { read = true; }), SIZE);
      expect(read).toBe(true);
    }
  });

  it('passes on what is wrong with the store', async () => {
    const reader = await open(true);
    await expect(reader.decodeForModel({ sha256: 'a', jpeg: async () => { throw new RangeError('no such picture'); } }, SIZE)).rejects.toThrow(RangeError);
  });

  it('takes many pictures at once', async () => {
    const reader = await open(true);
    const pictures = await Promise.all(Array.from({ length: 40 }, (_, n) => scene(200 + n, 150).jpeg().toBuffer()));
    const read = await Promise.all(pictures.map((bytes) => reader.standardise(bytes, PLAIN_CAMERA)));
    expect(read.map(({ width }) => width)).toEqual(pictures.map((_, n) => 200 + n));
  });
});
