/** Draws boxes and labels over a frame for alert messages. */
import type { PictureSize } from '../../activities/ports/detector.ts';
import type { PictureAnnotator } from '../../activities/ports/picture-annotator.ts';
import { Failure } from '../../contracts/failures.ts';
import type { LabelMetrics, PlacedLabel, Rectangle } from './label-layout.ts';
import { layOutLabels } from './label-layout.ts';
import { sharp } from './sharp.ts';
import { strokeText } from './stroke-font.ts';

// What mail clients show without scaling on a large screen; more would only make the message heavier.
const MAX_SIDE_PIXELS = 1280;
// Below that a label of readable size would cover what it names, so small pictures are enlarged.
const MIN_WIDTH_PIXELS = 640;
const JPEG_QUALITY = 85;
// Amber with near-black text: seen on grass, asphalt, night grey and by colour-blind eyes.
const INK = '#ffc400';
const TEXT = '#1a1400';

export function createPictureAnnotator(): PictureAnnotator {
  return {
    async annotate(jpeg, size, boxes) {
      const canvas = canvasFor(size);
      // Read on a phone or scaled down by a mail client, letters must keep about 8 pixels: they grow with the picture.
      const capPixels = Math.max(9, canvas.width / 88);
      const metrics: LabelMetrics = { unitPixels: capPixels / 12, paddingPixels: capPixels * 0.5 };
      const overlay = drawOverlay(canvas, layOutLabels(boxes, size, canvas, metrics), metrics);
      try {
        return await sharp(jpeg)
          .resize(canvas.width, canvas.height, { fit: 'fill' })
          .composite([{ input: Buffer.from(overlay) }])
          .jpeg({ quality: JPEG_QUALITY })
          .toBuffer();
      } catch (error) {
        throw new Failure('picture_unavailable', 'the picture of the frame cannot be decoded', { cause: error });
      }
    },
  };
}

function canvasFor({ width, height }: PictureSize): PictureSize {
  const scale = Math.min(MAX_SIDE_PIXELS / Math.max(width, height), Math.max(1, MIN_WIDTH_PIXELS / width));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function drawOverlay(canvas: PictureSize, labels: readonly PlacedLabel[], metrics: LabelMetrics): string {
  const line = Math.max(1.5, canvas.width / 560);
  // All boxes first, so that no outline crosses a label.
  const outlines = labels.map(({ outline }) => drawOutline(outline, canvas, line));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}">${outlines.join('')}${labels
    .map((label) => drawLabel(label, metrics))
    .join('')}</svg>`;
}

function drawOutline(box: Rectangle, canvas: PictureSize, line: number): string {
  // Half of a line lies outside of its path: drawn on the very edge of the picture it would be half gone.
  const inset = line / 2;
  const left = Math.max(inset, box.x);
  const top = Math.max(inset, box.y);
  const right = Math.min(canvas.width - inset, box.x + box.width);
  const bottom = Math.min(canvas.height - inset, box.y + box.height);
  const shape = `x="${px(left)}" y="${px(top)}" width="${px(Math.max(0, right - left))}" height="${px(Math.max(0, bottom - top))}" fill="none"`;
  // The dark line beneath keeps the bright one visible on white walls.
  return `<rect ${shape} stroke="#000" stroke-opacity=".45" stroke-width="${px(line * 2)}"/><rect ${shape} stroke="${INK}" stroke-width="${px(line)}"/>`;
}

function drawLabel({ label, text }: PlacedLabel, { unitPixels, paddingPixels }: LabelMetrics): string {
  return (
    `<rect x="${px(label.x)}" y="${px(label.y)}" width="${px(label.width)}" height="${px(label.height)}" fill="${INK}"/>` +
    `<g transform="translate(${px(label.x + paddingPixels)} ${px(label.y + paddingPixels * 0.9)}) scale(${unitPixels.toFixed(4)})" ` +
    `fill="none" stroke="${TEXT}" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">${strokeText(text)}</g>`
  );
}

const px = (value: number): string => value.toFixed(2);
