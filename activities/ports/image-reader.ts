/** The port through which foreign picture bytes become a picture that later stages may trust. Types only. */

export type ImageFormat = 'jpeg' | 'png' | 'webp';

/** 8-bit sRGB, row by row from the top, three bytes to a pixel. */
export interface RawPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Within one process, from the stage that decodes foreign bytes to the one that looks at them. Nothing is ever owed: what is missing is decoded again. */
export interface PixelCache {
  keep(sha256: string, pixels: RawPicture): void;
  /** Gives the pixels away: they are needed once. */
  take(sha256: string): RawPicture | undefined;
}

export interface StandardisedImage {
  /** Upright, sRGB, three channels, baseline JPEG without metadata, bounded in size; never larger than the original. */
  readonly jpeg: Buffer;
  /** Pixels of the upright original: the space that detection boxes and zones are given in. */
  readonly width: number;
  readonly height: number;
  readonly standardisedWidth: number;
  readonly standardisedHeight: number;
  /** What `jpeg` decodes to, exactly; null where that is not known without decoding it. */
  readonly pixels: RawPicture | null;
  /** What the bytes were, whatever their name or media type said. */
  readonly format: ImageFormat;
  /** What was odd and yet no reason to refuse, one sentence each. */
  readonly warnings: readonly string[];
}

export interface ImageReader {
  /** Throws `Failure` of kind `refused` and nothing else, whatever the bytes are. Keeps no reference to `bytes`, which must not change meanwhile. */
  standardise(bytes: Uint8Array): Promise<StandardisedImage>;
}
