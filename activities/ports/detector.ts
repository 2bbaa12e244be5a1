/** The port through which a stage asks what is in a picture. Types only. */
import type { DetectionSet, ModelIdentity } from '../../contracts/detection.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface Detector {
  readonly identity: ModelIdentity;
  /** Every class name that the model can ever say. */
  readonly labels: readonly string[];
  /**
   * `size` is the upright original that the boxes shall refer to; `jpeg`, the standardised frame, may be smaller.
   * Throws `Failure`: image_corrupt (not a picture), detector_output_invalid, worker_died (its thread ended on this picture), detector_unavailable.
   */
  detect(jpeg: Uint8Array, size: PictureSize): Promise<DetectionSet>;
  /** Waits for what is under way, then frees the threads. */
  close(): Promise<void>;
}
