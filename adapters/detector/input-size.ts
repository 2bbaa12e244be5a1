/** Chooses the size at which a model looks at a picture. */
import type { PictureSize } from '../../activities/ports/detector.ts';
import type { InputRule } from '../../contracts/model.ts';

export interface ModelInputSize {
  /** What the network is fed. */
  readonly input: PictureSize;
  /** The scaled picture in its top left corner; the rest is padding. */
  readonly content: PictureSize;
}

// The coarsest grid of the networks that take any size has one cell for 32 pixels.
const CELL_PIXELS = 32;

const upToCells = (pixels: number): number => Math.ceil(pixels / CELL_PIXELS) * CELL_PIXELS;

/** Enlarged pictures cost recall: the network then looks for things of a size that it seldom saw. */
function scaleInto(size: PictureSize, room: PictureSize): PictureSize {
  const scale = Math.min(1, room.width / size.width, room.height / size.height);
  return { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) };
}

/** `size`: of the upright original. */
export function chooseInputSize(size: PictureSize, rule: InputRule): ModelInputSize {
  if (rule.kind === 'within') {
    const isWide = size.width >= size.height;
    const content = scaleInto(size, {
      width: isWide ? rule.longSidePixels : rule.shortSidePixels,
      height: isWide ? rule.shortSidePixels : rule.longSidePixels,
    });
    return { input: { width: upToCells(content.width), height: upToCells(content.height) }, content };
  }
  const input = { width: rule.sidePixels, height: rule.sidePixels };
  return { input, content: rule.kind === 'stretch' ? input : scaleInto(size, input) };
}
