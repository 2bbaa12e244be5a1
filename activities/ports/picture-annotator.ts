/** The port that draws what was seen over a picture, for the people who are told of it. Types only. */
import type { Box } from '../../contracts/detection.ts';
import type { Zone } from '../../contracts/zone.ts';
import type { PictureSize } from './detector.ts';

export interface BoxLabel {
  /** In pixels of the `size` that goes with it. */
  readonly box: Box;
  /** Such as `person 87 %`. Printable ASCII and accented Latin are drawn, any other character as an empty frame. */
  readonly text: string;
}

/** Corners in shares of the picture. A name with characters that cannot be drawn is left out. */
export type ZoneOutline = Pick<Zone, 'name' | 'polygon'>;

/** `message`: the one picture of a message, at most 1 MB. `thumbnail`: one of several in a message, at most 150 kB. */
export type PictureUse = 'message' | 'thumbnail';

export interface PictureAnnotator {
  /** A JPEG fit for its use. `size` is what the boxes refer to, `jpeg` may be smaller. Throws `Failure('picture_unavailable')` when `jpeg` cannot be decoded. */
  annotate(jpeg: Uint8Array, size: PictureSize, boxes: readonly BoxLabel[], zones?: readonly ZoneOutline[], use?: PictureUse): Promise<Buffer>;
}
