import { describe, expect, it } from 'vitest';
import { descriptionOf, drawPicture } from '../../activities/draw-picture.ts';
import type { PictureFacts } from '../../activities/draw-picture.ts';
import { createPictureAnnotator } from '../../adapters/images/picture-annotator.ts';
import { flat } from '../adapters/images/pictures.ts';

const seen = (label: string, probability: number) => ({ label, probability, score: probability, box: [10, 10, 20, 20] as const });
const YARD = { name: 'Yard', polygon: [[0, 0], [1, 0], [1, 1]] as const };
const facts = (changed: Partial<PictureFacts> = {}): PictureFacts =>
  ({ frameId: 'frame-1', deviceName: 'Back door', evidence: [seen('person', 0.874), seen('dog', 0.91)], zones: [YARD], picture: { sha256: 'ab', size: { width: 640, height: 480 } }, ...changed });
const warned: unknown[] = [];
const ports = (get: () => Promise<Buffer>) => ({ store: { get }, annotator: createPictureAnnotator(), log: { warn: (fields: unknown) => { warned.push(fields); } } });
const FOR_EVER = new AbortController().signal;

describe('the picture of a message', () => {
  it('is drawn, and described for those who do not see it', async () => {
    expect(await drawPicture(facts(), 'message', FOR_EVER, ports(() => flat(640, 480, '#405060').jpeg().toBuffer())))
      .toEqual({ jpeg: expect.any(Buffer), description: 'Picture of camera Back door, outlined: Yard, marked: person 87 %, dog 91 %' });
  });

  it('is left out when there is none any more, and when its bytes do not come in time: both are logged', async () => {
    const missing = { missing: 'the picture of this moment could not be had' };
    warned.length = 0;
    expect(await drawPicture(facts({ picture: null }), 'message', FOR_EVER, ports(async () => Buffer.of()))).toEqual(missing);
    const limit = new AbortController();
    const hanging = drawPicture(facts(), 'message', limit.signal, ports(() => new Promise(() => {})));
    limit.abort();
    expect(await hanging).toEqual(missing);
    expect(await drawPicture(facts(), 'message', limit.signal, ports(() => new Promise(() => {})))).toEqual(missing);
    expect(warned).toMatchObject([{ frameId: 'frame-1', err: { code: 'picture_unavailable' } }, { frameId: 'frame-1' }, { frameId: 'frame-1' }]);
  });
});

describe('its description', () => {
  it('says only what is in it', () => {
    expect(descriptionOf(facts({ zones: [], evidence: [] }))).toBe('Picture of camera Back door');
    expect(descriptionOf(facts({ evidence: [] }))).toBe('Picture of camera Back door, outlined: Yard');
  });

  it('is one line of bounded length', () => {
    const crowd = Array.from({ length: 200 }, () => seen('person\n', 0.9));
    const description = descriptionOf(facts({ deviceName: 'x\r\n'.repeat(500), evidence: crowd, zones: crowd.map(() => ({ ...YARD, name: 'y\u2028'.repeat(60) })) }));
    expect(description).toMatch(/^[^\p{Cc}\u2028]+$/u);
    expect(description.length).toBeLessThan(800);
  });
});
