import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BoxLabel, ZoneOutline } from '../../../activities/ports/picture-annotator.ts';
import { layOutLabels, sharedArea } from '../../../adapters/images/label-layout.ts';
import { createPictureAnnotator } from '../../../adapters/images/picture-annotator.ts';
import { sharp } from '../../../adapters/images/sharp.ts';
import { strokeText, strokeTextWidth } from '../../../adapters/images/stroke-font.ts';
import { layOutZones } from '../../../adapters/images/zone-layout.ts';
import { courtyardFrames } from '../../support/footage.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { flat, scene } from './pictures.ts';

const annotator = createPictureAnnotator();
const [courtyard] = await courtyardFrames(1) ?? [];

/** The strongest red around a point: the amber lines have it, the dark blue test picture has not. */
async function rednessAround(jpeg: Buffer, x: number, y: number): Promise<number> {
  return Math.max(...(await sharp(jpeg).extract({ left: x - 2, top: y - 2, width: 5, height: 5 }).extractChannel('red').raw().toBuffer()));
}

describe('an annotated picture', () => {
  it.each([
    ['a camera frame', 768, 576, 768, 576],
    ['a 4K frame', 3840, 2160, 1280, 720],
    ['a portrait frame', 1080, 1920, 720, 1280],
    ['a thumbnail', 64, 48, 640, 480],
    ['a strip', 256, 32, 640, 80],
  ])('of %s is %i x %i -> %i x %i', async (_, width, height, drawnWidth, drawnHeight) => {
    const jpeg = await scene(width, height).jpeg().toBuffer();
    const drawn = await annotator.annotate(jpeg, { width, height }, [{ box: [width / 4, height / 4, width / 2, height / 2], text: 'person 87 %' }]);
    expect(await sharp(drawn).metadata()).toMatchObject({ format: 'jpeg', width: drawnWidth, height: drawnHeight });
  });

  it('has its boxes where they belong when the standardised picture is smaller than the original', async () => {
    const jpeg = await flat(1920, 1080, '#203040').jpeg().toBuffer();
    const drawn = await annotator.annotate(jpeg, { width: 3840, height: 2160 }, [{ box: [960, 600, 1500, 900], text: 'car' }]);
    for (const [x, y] of [[320, 350], [820, 350], [500, 200], [500, 500]] as const) expect(await rednessAround(drawn, x, y), `${x},${y}`).toBeGreaterThan(180);
    for (const [x, y] of [[310, 350], [330, 350], [500, 350], [500, 510]] as const) expect(await rednessAround(drawn, x, y), `${x},${y}`).toBeLessThan(80);
  });

  it('is the bare picture when there is nothing to draw', async () => {
    const jpeg = await scene(768, 576).jpeg().toBuffer();
    const drawn = await annotator.annotate(jpeg, { width: 768, height: 576 }, []);
    expect(await sharp(drawn).metadata()).toMatchObject({ width: 768, height: 576 });
  });

  it('is drawn whatever boxes and texts there are', async () => {
    const boxes: BoxLabel[] = [
      { box: [-50, -50, 20, 20], text: 'outside' },
      { box: [-10, -10, 2000, 2000], text: '</text><script>alert("&amp;")</script> \u0000 \u{1f408} \ud800' },
      { box: [NaN, 0, 10, 10], text: 'not a number' },
      { box: [0, 0, Infinity, 10], text: 'endless' },
      { box: [5, 5, 0, 0], text: 'empty' },
      { box: [319, 239, 5, 5], text: 'corner '.repeat(100) },
      { box: [10, 10, 10, 10], text: '' },
    ];
    const drawn = await annotator.annotate(await scene(320, 240).jpeg().toBuffer(), { width: 320, height: 240 }, boxes);
    expect(await sharp(drawn).metadata()).toMatchObject({ width: 640, height: 480 });
  });

  it('says that the picture is not to be had when its bytes are damaged', async () => {
    const jpeg = (await scene(64, 48).jpeg().toBuffer()).subarray(0, 200);
    await expect(annotator.annotate(jpeg, { width: 64, height: 48 }, [])).rejects.toThrow(expect.objectContaining({ name: 'Failure', code: 'picture_unavailable' }));
  });

  it('has its letters on a machine without any font, and nothing is said about that', () => {
    const module = fileURLToPath(new URL('../../../adapters/images/picture-annotator.ts', import.meta.url));
    const sharpModule = fileURLToPath(new URL('../../../adapters/images/sharp.ts', import.meta.url));
    const script = `
      import { createPictureAnnotator } from ${JSON.stringify(module)};
      import { sharp } from ${JSON.stringify(sharpModule)};
      const jpeg = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#203040' } }).jpeg().toBuffer();
      const drawn = await createPictureAnnotator().annotate(jpeg, { width: 640, height: 480 }, [{ box: [100, 100, 400, 300], text: 'person 87 %' }]);
      process.stdout.write((await sharp(drawn).extract({ left: 100, top: 78, width: 90, height: 20 }).greyscale().raw().toBuffer()).toString('hex'));`;
    const draw = (env: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } });
    const without = draw({ FONTCONFIG_FILE: '/nonexistent', FONTCONFIG_PATH: '/nonexistent', HOME: '/nonexistent' });
    expect({ status: without.status, stderr: without.stderr }).toEqual({ status: 0, stderr: '' });
    expect(without.stdout).toBe(draw({}).stdout);
    const levels = [...Buffer.from(without.stdout, 'hex')];
    expect(levels.filter((level) => level < 90).length).toBeGreaterThan(100);
  });
});

describe('a zone in a picture', () => {
  const SIZE = { width: 640, height: 480 };
  /** From 160, 120 to 480, 360. */
  const YARD: ZoneOutline = { name: 'Yard', polygon: [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]] };
  const drawOn = async (colour: string, zones: readonly ZoneOutline[], boxes: readonly BoxLabel[] = []) =>
    annotator.annotate(await flat(SIZE.width, SIZE.height, colour).jpeg({ quality: 100 }).toBuffer(), SIZE, boxes, zones);
  /** Mean of each channel in a small square. */
  async function colourAt(jpeg: Buffer, x: number, y: number): Promise<[red: number, green: number, blue: number]> {
    const pixels = await sharp(jpeg).extract({ left: x - 3, top: y - 3, width: 7, height: 7 }).raw().toBuffer();
    return [0, 1, 2].map((channel) => pixels.reduce((sum, level, at) => (at % 3 === channel ? sum + level : sum), 0) / (pixels.length / 3)) as [number, number, number];
  }
  /** From the darkest to the brightest of the pixels on a short way across. */
  async function contrastAcross(jpeg: Buffer, x: number, y: number): Promise<number> {
    const levels = [...await sharp(jpeg).extract({ left: x - 6, top: y, width: 12, height: 1 }).greyscale().raw().toBuffer()];
    return Math.max(...levels) - Math.min(...levels);
  }

  it.each(['#000000', '#203040', '#808080', '#ffffff'])('is outlined so that it is seen on %s', async (colour) => {
    const drawn = await drawOn(colour, [YARD]);
    for (const x of [160, 480]) expect(await contrastAcross(drawn, x, 300), `at ${x}`).toBeGreaterThan(60);
    expect(await contrastAcross(drawn, 320, 300)).toBeLessThan(12);
    expect(await contrastAcross(drawn, 80, 300)).toBeLessThan(12);
  });

  it.each(['#000000', '#808080', '#ffffff'])('is tinted lightly on %s, and only inside', async (colour) => {
    const [drawn, bare] = [await drawOn(colour, [YARD]), await drawOn(colour, [])];
    const [inside, before] = [await colourAt(drawn, 320, 300), await colourAt(bare, 320, 300)];
    const change = Math.max(...inside.map((level, channel) => Math.abs(level - (before[channel] ?? 0))));
    expect(change).toBeGreaterThan(6);
    expect(change).toBeLessThan(35);
    // Towards blue, whatever was there before.
    expect(inside[2] - inside[0]).toBeGreaterThan(6);
    const [outside, outsideBefore] = [await colourAt(drawn, 80, 300), await colourAt(bare, 80, 300)];
    outside.forEach((level, channel) => expect(level).toBeCloseTo(outsideBefore[channel] ?? 0, -0.5));
  });

  it('has its name inside, at a corner, and gives way to boxes', async () => {
    const named = await drawOn('#808080', [YARD]);
    // A dark plate with bright letters, where all else is grey.
    expect(Math.min(...await colourAt(named, 170, 138))).toBeLessThan(90);
    expect(await contrastAcross(named, 175, 130)).toBeGreaterThan(80);
    const box: BoxLabel = { box: [150, 110, 120, 100], text: 'person 87 %' };
    const given = await drawOn('#808080', [YARD], [box]);
    expect(await contrastAcross(given, 175, 140)).toBeLessThan(12);
    expect(await rednessAround(given, 150, 160)).toBeGreaterThan(180);
  });

  it('that covers the whole picture keeps its outline', async () => {
    const drawn = await drawOn('#203040', [{ name: 'All', polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }]);
    const blue = await sharp(drawn).extract({ left: 0, top: 200, width: 3, height: 40 }).extractChannel('blue').raw().toBuffer();
    expect(Math.max(...blue)).toBeGreaterThan(150);
  });

  it('is drawn whatever its corners and its name', async () => {
    const zones: ZoneOutline[] = [
      { name: '</text><script>', polygon: [[-3, -3], [9, 0], [0.5, 7]] }, { name: '裏口', polygon: YARD.polygon }, { name: 'x'.repeat(500), polygon: YARD.polygon },
      { name: 'a line', polygon: [[0, 0], [1, 1]] }, { name: 'nowhere', polygon: [[NaN, 0], [1, 0], [1, 1]] }, { name: '', polygon: YARD.polygon },
    ];
    expect(await sharp(await drawOn('#203040', zones)).metadata()).toMatchObject(SIZE);
  });

  it.skipIf(courtyard === undefined)('is in its place on real footage, by day and in the dark', async () => {
    const dark = await sharp(courtyard).linear(0.18, 0).jpeg().toBuffer();
    for (const jpeg of [courtyard!, dark]) {
      const bare = await annotator.annotate(jpeg, { width: 768, height: 576 }, []);
      const drawn = await annotator.annotate(jpeg, { width: 768, height: 576 }, [], [YARD]);
      const change = async (left: number, top: number, width: number, height: number) => {
        const [one, other] = await Promise.all([bare, drawn].map((each) => sharp(each).extract({ left, top, width, height }).raw().toBuffer()));
        return one!.reduce((sum, level, at) => sum + Math.abs(level - (other![at] ?? 0)), 0) / one!.length;
      };
      // The line from 192, 144 to 192, 432; a patch inside; one outside.
      expect(await change(190, 250, 4, 100)).toBeGreaterThan(25);
      expect(await change(300, 250, 100, 100)).toBeGreaterThan(4);
      expect(await change(20, 250, 100, 100)).toBeLessThan(2);
    }
  });
});

describe('the size of a picture in bytes', () => {
  it.each([['message', 1_000_000], ['thumbnail', 150_000]] as const)('of a %s is bounded by %i, were it nothing but noise', async (use, limit) => {
    const random = seededRandom(7);
    const noise = Buffer.from(Array.from({ length: 1280 * 1280 * 3 }, () => random() * 256));
    const jpeg = await sharp(noise, { raw: { width: 1280, height: 1280, channels: 3 } }).jpeg({ quality: 100 }).toBuffer();
    const drawn = await annotator.annotate(jpeg, { width: 1280, height: 1280 }, [], [], use);
    expect(drawn.length).toBeLessThan(limit);
    expect(await sharp(drawn).metadata()).toMatchObject({ width: use === 'message' ? 1280 : 480 });
  });
});

describe('labels', () => {
  const canvas = { width: 640, height: 480 };
  const metrics = { unitPixels: 0.75, paddingPixels: 4.5 };
  const crowd = Array.from({ length: 60 }, (_, i): BoxLabel => ({ box: [(i * 97) % 620, (i * 61) % 460, 30 + (i % 5) * 40, 40 + (i % 7) * 30], text: `person ${i} %` }));

  it('stay within the picture', () => {
    const size = { width: 640, height: 480 };
    for (const { label } of layOutLabels([...crowd, { box: [600, 0, 40, 480], text: 'a long label at the edge' }], size, canvas, metrics)) {
      expect(label.x).toBeGreaterThanOrEqual(0);
      expect(label.y).toBeGreaterThanOrEqual(0);
      expect(label.x + label.width).toBeLessThanOrEqual(canvas.width);
      expect(label.y + label.height).toBeLessThanOrEqual(canvas.height);
    }
  });

  it('make room for each other', () => {
    const twins: BoxLabel[] = [{ box: [300, 200, 60, 120], text: 'person 91 %' }, { box: [330, 200, 60, 120], text: 'person 85 %' }];
    const [first, second] = layOutLabels(twins, canvas, canvas, metrics).map(({ label }) => label);
    expect(first && second && (first.x + first.width <= second.x || second.x + second.width <= first.x || first.y + first.height <= second.y || second.y + second.height <= first.y)).toBe(true);
  });

  it('that are too long are shortened to the width of the picture', () => {
    const [placed] = layOutLabels([{ box: [0, 0, 640, 480], text: 'x'.repeat(500) }], canvas, canvas, metrics);
    expect(placed?.text).toMatch(/^x{20,}\.\.$/);
    expect(placed?.label.width).toBeLessThanOrEqual(canvas.width);
  });
});

describe('the names of zones', () => {
  const canvas = { width: 640, height: 480 };
  const metrics = { unitPixels: 0.75, paddingPixels: 4.5 };
  const WIDE: ZoneOutline = { name: 'Yard', polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]] };

  it('stay within the picture and apart from each other', () => {
    const [first, second] = layOutZones([WIDE, { ...WIDE, name: 'Gate' }], canvas, metrics, [], 1).map(({ label }) => label!);
    for (const { x, y, width, height } of [first!, second!]) expect(x >= 0 && y >= 0 && x + width <= canvas.width && y + height <= canvas.height).toBe(true);
    expect(sharedArea(first!, second!)).toBe(0);
  });

  it('hide no box and no label of a box while there is room', () => {
    const boxes = layOutLabels([{ box: [0, 240, 120, 100], text: 'person 91 %' }, { box: [520, 240, 120, 100], text: 'dog 80 %' }], canvas, canvas, metrics);
    const [zone] = layOutZones([WIDE], canvas, metrics, boxes, 1);
    for (const { outline, label } of boxes) for (const taken of [outline, label]) expect(sharedArea(zone!.label!, taken)).toBe(0);
  });

  it('are left out where the line font lacks a character', () => {
    expect(layOutZones([{ ...WIDE, name: '裏口' }, { ...WIDE, name: 'Küche 2' }], canvas, metrics, [], 1).map(({ label }) => label !== null)).toEqual([false, true]);
  });
});

describe('the line font', () => {
  it('knows every printable character of ASCII that a label may hold', () => {
    const unknown = strokeText('\u{1f408}');
    for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%.,:;-_+=/()<>!?#&\'"*@') {
      expect(strokeText(character), character).not.toBe(unknown);
    }
  });

  it('draws accented letters without their accents and passes no text through', () => {
    expect(strokeText('é')).toBe(strokeText('e'));
    expect(strokeText('<b>&')).not.toContain('<b>');
    expect(strokeTextWidth('person')).toBeGreaterThan(strokeTextWidth('pers'));
  });
});
