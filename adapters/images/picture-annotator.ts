/** Draws zones, boxes and labels over a frame for alert messages. */
import type { PictureSize } from '../../activities/ports/detector.ts';
import type { PictureAnnotator, PictureUse } from '../../activities/ports/picture-annotator.ts';
import { Failure } from '../../contracts/failures.ts';
import type { LabelMetrics, PlacedLabel, Rectangle } from './label-layout.ts';
import { layOutLabels } from './label-layout.ts';
import { sharp } from './sharp.ts';
import { strokeText } from './stroke-font.ts';
import { layOutZones } from './zone-layout.ts';
import type { PlacedZone } from './zone-layout.ts';

interface Shape {
  readonly maxSide: number;
  readonly minWidth: number;
  readonly maxBytes: number;
  /** Width of the picture to the height of a capital. */
  readonly widthToCapital: number;
}

const SHAPES: Readonly<Record<PictureUse, Shape>> = {
  // What mail clients show without scaling on a large screen; more would only make the message heavier. Small pictures are enlarged:
  // below 640 a label of readable size would cover what it names. On a phone, or scaled down by a mail client, letters must keep about 8 pixels.
  message: { maxSide: 1280, minWidth: 640, maxBytes: 1_000_000, widthToCapital: 88 },
  // Shown at about half its size, so its letters are twice as large. Eight of them, encoded for a mail, stay below 2 MB.
  thumbnail: { maxSide: 480, minWidth: 320, maxBytes: 150_000, widthToCapital: 44 },
};
/** The first is what people see no loss in; pictures of grain and rain need the others. With the last even pure noise is small enough. */
const JPEG_QUALITIES = [85, 70, 50, 25];

interface Colours {
  readonly line: string;
  readonly label: string;
  readonly text: string;
}
// Amber with near-black text: seen on grass, asphalt, night grey and by colour-blind eyes.
const BOX: Colours = { line: '#ffc400', label: '#ffc400', text: '#1a1400' };
// Light blue, which no eye takes for amber; its labels dark, so that they stand back behind those of the boxes.
const ZONE: Colours = { line: '#4cc9ff', label: '#05293a', text: '#c4ecff' };
/** Enough to tell inside from outside on a black picture, and too little to change what is seen. */
const ZONE_TINT = 0.12;
/** Of the line around a box: blue lies closer to greys than amber does. */
const ZONE_LINE = 1.3;

export function createPictureAnnotator(): PictureAnnotator {
  return {
    async annotate(jpeg, size, boxes, zones = [], use = 'message') {
      const shape = SHAPES[use];
      const canvas = canvasFor(size, shape);
      const capPixels = Math.max(9, canvas.width / shape.widthToCapital);
      const metrics: LabelMetrics = { unitPixels: capPixels / 12, paddingPixels: capPixels * 0.5 };
      const line = Math.max(1.5, canvas.width / 560);
      const labels = layOutLabels(boxes, size, canvas, metrics);
      const overlay = drawOverlay(canvas, layOutZones(zones, canvas, metrics, labels, (line * ZONE_LINE) / 2), labels, metrics, line);
      try {
        const drawn = sharp(jpeg).resize(canvas.width, canvas.height, { fit: 'fill' }).composite([{ input: Buffer.from(overlay) }]);
        let encoded = Buffer.alloc(0);
        for (const quality of JPEG_QUALITIES) {
          encoded = await drawn.clone().jpeg({ quality }).toBuffer();
          if (encoded.length <= shape.maxBytes) break;
        }
        return encoded;
      } catch (error) {
        throw new Failure('picture_unavailable', 'the picture of the frame cannot be decoded', { cause: error });
      }
    },
  };
}

function canvasFor({ width, height }: PictureSize, { maxSide, minWidth }: Shape): PictureSize {
  const scale = Math.min(maxSide / Math.max(width, height), Math.max(1, minWidth / width));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function drawOverlay(canvas: PictureSize, zones: readonly PlacedZone[], labels: readonly PlacedLabel[], metrics: LabelMetrics, line: number): string {
  // All outlines first, so that none crosses a label; labels of boxes last, as they say what was seen.
  const drawn = [
    ...zones.map(({ corners }) => drawZone(corners, line * ZONE_LINE)),
    ...labels.map(({ outline }) => drawOutline(outline, canvas, line)),
    ...zones.map(({ label, text }) => (label === null ? '' : drawLabel(label, text, ZONE, metrics))),
    ...labels.map(({ label, text }) => drawLabel(label, text, BOX, metrics)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}">${drawn.join('')}</svg>`;
}

function drawZone(corners: PlacedZone['corners'], line: number): string {
  const shape = `points="${corners.map(([x, y]) => `${px(x)},${px(y)}`).join(' ')}" stroke-linejoin="round"`;
  return `<polygon ${shape} fill="${ZONE.line}" fill-opacity="${ZONE_TINT}"/>${twoLines('polygon', shape, ZONE.line, line)}`;
}

function drawOutline(box: Rectangle, canvas: PictureSize, line: number): string {
  // Half of a line lies outside of its path: drawn on the very edge of the picture it would be half gone.
  const inset = line / 2;
  const left = Math.max(inset, box.x);
  const top = Math.max(inset, box.y);
  const right = Math.min(canvas.width - inset, box.x + box.width);
  const bottom = Math.min(canvas.height - inset, box.y + box.height);
  const shape = `x="${px(left)}" y="${px(top)}" width="${px(Math.max(0, right - left))}" height="${px(Math.max(0, bottom - top))}"`;
  return twoLines('rect', shape, BOX.line, line);
}

/** The dark line beneath keeps the bright one visible on white walls. */
const twoLines = (element: string, shape: string, colour: string, line: number): string =>
  `<${element} ${shape} fill="none" stroke="#000" stroke-opacity=".45" stroke-width="${px(line * 2)}"/><${element} ${shape} fill="none" stroke="${colour}" stroke-width="${px(line)}"/>`;

function drawLabel(label: Rectangle, text: string, colours: Colours, { unitPixels, paddingPixels }: LabelMetrics): string {
  return (
    `<rect x="${px(label.x)}" y="${px(label.y)}" width="${px(label.width)}" height="${px(label.height)}" fill="${colours.label}"/>` +
    `<g transform="translate(${px(label.x + paddingPixels)} ${px(label.y + paddingPixels * 0.9)}) scale(${unitPixels.toFixed(4)})" ` +
    `fill="none" stroke="${colours.text}" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">${strokeText(text)}</g>`
  );
}

const px = (value: number): string => value.toFixed(2);
