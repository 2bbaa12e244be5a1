import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BoxLabel } from '../../../activities/ports/picture-annotator.ts';
import { layOutLabels } from '../../../adapters/images/label-layout.ts';
import { createPictureAnnotator } from '../../../adapters/images/picture-annotator.ts';
import { sharp } from '../../../adapters/images/sharp.ts';
import { strokeText, strokeTextWidth } from '../../../adapters/images/stroke-font.ts';
import { flat, scene } from './pictures.ts';

const annotator = createPictureAnnotator();

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
