/** The port that draws what was seen over a picture, for the people who are told of it. Types only. */
import type { Box } from '../../contracts/detection.ts';
import type { PictureSize } from './detector.ts';

export interface BoxLabel {
  /** In pixels of the `size` that goes with it. */
  readonly box: Box;
  /** Such as `person 87 %`. Printable ASCII and accented Latin are drawn, any other character as an empty frame. */
  readonly text: string;
}

export interface PictureAnnotator {
  /** A JPEG fit for a mail. `size` is what the boxes refer to, `jpeg` may be smaller. Throws `Failure('picture_unavailable')` when `jpeg` cannot be decoded. */
  annotate(jpeg: Uint8Array, size: PictureSize, boxes: readonly BoxLabel[]): Promise<Buffer>;
}
