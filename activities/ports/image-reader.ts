/** The port through which foreign picture bytes become a picture that later stages may trust. Types only. */
import type { DeviceClass, Polygon } from '../../contracts/device.ts';
import type { PictureSignature } from '../../policies/picture-signature.ts';

export type ImageFormat = 'jpeg' | 'png' | 'webp';

/** What the device that a picture came from asks for. */
export interface PictureDemands {
  /** Decides the limits that its pictures must keep to. */
  readonly deviceClass: DeviceClass;
  /** Painted over in the standardised picture, which then never is the one that came. */
  readonly privacyAreas: readonly Polygon[];
}

export interface StandardisedImage {
  /** Upright, sRGB, three channels, baseline JPEG without metadata, bounded in size, privacy areas painted over; never larger than the original. */
  readonly jpeg: Buffer;
  /** Pixels of the upright original: the space that detection boxes and zones are given in. */
  readonly width: number;
  readonly height: number;
  readonly standardisedWidth: number;
  readonly standardisedHeight: number;
  /** By which the picture is known again; privacy areas are painted over in it too. */
  readonly signature: PictureSignature;
  /** What the bytes were, whatever their name or media type said. */
  readonly format: ImageFormat;
  /** What was odd and yet no reason to refuse, one sentence each. */
  readonly warnings: readonly string[];
}

export interface ImageReader {
  /** Throws `Failure` of kind `refused`, whatever the bytes are; where it runs in a thread also `worker_died` and `picture_reader_unavailable`. Keeps no reference to `bytes`, which must not change meanwhile. */
  standardise(bytes: Uint8Array, demands: PictureDemands): Promise<StandardisedImage>;
}
