/** Pictures read as those of a device about which nobody set anything. */
import type { PictureDemands } from '../../activities/ports/image-reader.ts';
import type { CommonLimits } from '../../adapters/images/image-limits.ts';
import { createImageReader } from '../../adapters/images/image-reader.ts';
import type { DecodedImage } from '../../adapters/images/image-reader.ts';
import { limitsByClass } from '../../config/device-class-settings.ts';
import { loadSettings } from '../../config/load.ts';

/** The limits of every class. */
export const USUAL_LIMITS = limitsByClass(loadSettings({}));

export const PLAIN_CAMERA: PictureDemands = { deviceClass: 'camera', privacyAreas: [] };

/** Reads pictures of one device, which asks for this beside what a plain camera does. */
export function readerOf(demands: Partial<PictureDemands> = {}, overrides: Partial<CommonLimits> = {}): { standardise(bytes: Uint8Array): Promise<DecodedImage> } {
  const reader = createImageReader(USUAL_LIMITS, overrides);
  return { standardise: (bytes) => reader.standardise(bytes, { ...PLAIN_CAMERA, ...demands }) };
}
