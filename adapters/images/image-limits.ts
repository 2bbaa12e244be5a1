/** What a frame must keep to. What differs by class of device is a setting; every other limit has its reason here and can be set by the caller. */
import type { DeviceClass } from '../../contracts/device.ts';

/** Defaults and reasons: `config/device-class-settings.ts`. */
export interface ClassLimits {
  readonly minSidePixels: number;
  /** Longer side to shorter side. */
  readonly maxAspect: number;
  /** Levels of 255 within which the brightness of nearly the whole picture lies when it shows nothing. */
  readonly voidLevels: number;
}

export type LimitsByClass = Readonly<Record<DeviceClass, ClassLimits>>;

export interface CommonLimits {
  readonly maxPixels: number;
  readonly maxScans: number;
  readonly decodeTimeoutSeconds: number;
  /** Share of rows, 0..1, that must have arrived of a JPEG that was cut short. */
  readonly minDecodedShare: number;
  readonly maxStandardisedSidePixels: number;
  readonly jpegQuality: number;
  /** Bytes per pixel up to which a sound JPEG is kept as the camera encoded it. */
  readonly maxKeptBytesPerPixel: number;
}

export type ImageLimits = ClassLimits & CommonLimits;

export const COMMON_LIMITS: CommonLimits = {
  // 8K cameras have 33 million, as have panoramas of four 4K sensors, the largest phones 50. A progressive JPEG of that size takes 300 MB while it is decoded, four at a time.
  maxPixels: 50_000_000,
  // Encoders write about ten. Each scan costs a pass over the picture within one call of libjpeg, where no time limit reaches:
  // 140 kB with 2647 empty scans kept 12 megapixels busy for 3.7 s.
  maxScans: 64,
  // 50 million pixels take 1 to 2 s on a slow core. A multiple of that allows for a busy machine.
  decodeTimeoutSeconds: 15,
  // Below that a person at the lower edge, where people are largest, may be what is missing.
  minDecodedShare: 0.9,
  // Detectors take 640 pixels, alert messages 1280. What lies between is for people who look closely, at a quarter of the pixels of 4K.
  maxStandardisedSidePixels: 1920,
  // From 80 to 95 the labelled frames show the same people, within one of 83. At 88 a frame takes three quarters of the bytes of 95.
  jpegQuality: 88,
  // Quality 88 takes 0.1 to 0.3. A camera that encodes sensor noise at 100 would fill the store several times as fast.
  maxKeptBytesPerPixel: 0.5,
};
