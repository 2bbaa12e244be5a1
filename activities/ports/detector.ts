/** The port through which a stage asks what is in a picture. Types only. */
import type { DetectionSet, ModelIdentity } from '../../contracts/detection.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A standardised frame. Its bytes are asked for only where its pixels are not at hand. */
export interface FramePicture {
  readonly sha256: string;
  jpeg(): Promise<Uint8Array>;
}

/** The detectors of a process, by the model that a device names. */
export interface Detectors {
  /** Null: the one that this process uses for devices that name none. Throws `model_unavailable`, which is that frame's own, and what the look-up throws. */
  of(model: string | null): Promise<Detector>;
}

export interface Detector {
  readonly identity: ModelIdentity;
  /** Every class name that the model can ever say. */
  readonly labels: readonly string[];
  /**
   * `size` is the upright original that the boxes shall refer to; the picture may be smaller.
   * Throws `Failure`: image_corrupt (not a picture), detector_output_invalid, worker_died (its thread ended on this picture), detector_unavailable,
   * picture_reader_unavailable; and what `picture.jpeg` throws.
   */
  detect(picture: FramePicture, size: PictureSize): Promise<DetectionSet>;
  /** Waits for what is under way, then frees the threads. */
  close(): Promise<void>;
}
