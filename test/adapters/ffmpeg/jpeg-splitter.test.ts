import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { splitJpegs } from '../../../adapters/ffmpeg/jpeg-splitter.ts';

let pictures: Buffer[];
let stream: Buffer;
beforeAll(async () => {
  pictures = await Promise.all([10, 120, 250].map((shade) =>
    sharp({ create: { width: 16, height: 16, channels: 3, background: { r: shade, g: 0, b: 0 } } }).jpeg().toBuffer()));
  stream = Buffer.concat(pictures);
});

async function* cutAt(bytes: Buffer, ...cuts: number[]): AsyncGenerator<Buffer> {
  for (const [index, cut] of [0, ...cuts].entries()) yield bytes.subarray(cut, cuts[index]);
}

async function split(chunks: AsyncIterable<Buffer>, maxPictureBytes?: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const picture of splitJpegs(chunks, maxPictureBytes)) found.push(picture);
  return found;
}

describe('a stream of JPEGs', () => {
  it('is cut into its pictures wherever one border between chunks lies', async () => {
    for (let cut = 0; cut <= stream.length; cut += 1) expect(await split(cutAt(stream, cut)), `cut at ${cut}`).toEqual(pictures);
  });

  it('is cut into its pictures when every byte comes alone', async () => {
    expect(await split(cutAt(stream, ...Array.from({ length: stream.length - 1 }, (_, at) => at + 1)))).toEqual(pictures);
  });

  it('may hold what looks like an end inside a segment, as thumbnails do', async () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pictures;
    // A comment (T.81, B.2.4.5) right behind the start: two bytes of length, then a whole small picture.
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, (second.length + 2) >> 8, (second.length + 2) & 0xff]), second]);
    const nested = Buffer.concat([first.subarray(0, 2), comment, first.subarray(2)]);
    expect(await split(cutAt(Buffer.concat([nested, second]), 700))).toEqual([nested, second]);
  });

  it('yields pictures that do not keep the stream in memory', async () => {
    // Larger than what Node puts together into one piece of memory.
    const large = await sharp(randomBytes(128 * 128 * 3), { raw: { width: 128, height: 128, channels: 3 } }).jpeg().toBuffer();
    const found = await split(cutAt(Buffer.concat([large, large, large])));
    expect(found.map(({ buffer }) => buffer.byteLength)).toEqual([large.length, large.length, large.length]);
  });

  it('leaves out what stands between pictures and a picture that is cut short', async () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pictures;
    expect(await split(cutAt(Buffer.concat([Buffer.from('junk'), first, Buffer.from([0x00, 0xff]), second, first.subarray(0, 100)]), 3))).toEqual([first, second]);
  });

  it('may be empty', async () => {
    expect(await split(cutAt(Buffer.alloc(0)))).toEqual([]);
  });

  it('is given up when a picture has no end, before it fills the memory', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      yield stream.subarray(0, 2);
      for (;;) yield Buffer.alloc(1_000, 0x11);
    }
    await expect(split(endless(), 10_000)).rejects.toThrow(/no end within 10000 bytes/);
  });

  it('is dropped, not collected, where there is no picture at all', async () => {
    async function* junk(): AsyncGenerator<Buffer> {
      for (let chunk = 0; chunk < 100; chunk += 1) yield Buffer.alloc(1_000, 0x11);
    }
    expect(await split(junk(), 10_000)).toEqual([]);
  });
});
