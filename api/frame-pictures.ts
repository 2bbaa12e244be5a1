/** Pictures of frames as callers may see them: as they are kept, and with what was seen drawn into them. */
import type { FrameStatus } from '../adapters/postgres/frame-status.ts';
import { showsWholeView } from '../adapters/postgres/devices.ts';
import { Failure, failureIn } from '../contracts/failures.ts';
import type { ApiDeps } from './deps.ts';
import { createDrawing } from './draw-boxes.ts';
import type { PlanDrawing } from './draw-boxes.ts';

export interface FramePictures {
  /** The standardised picture, or the bytes as received while there is none. Throws `image_private`, `image_gone`. */
  bytesOf(frame: Pick<FrameStatus, 'standardSha256' | 'sha256' | 'deviceId'>): Promise<Buffer>;
  readonly planDrawing: PlanDrawing;
}

export function createFramePictures({ pool, frameStore, annotator }: Pick<ApiDeps, 'pool' | 'frameStore' | 'annotator'>): FramePictures {
  return {
    planDrawing: createDrawing(annotator),
    async bytesOf({ standardSha256, sha256, deviceId }) {
      const asReceived = standardSha256 === null || standardSha256 === sha256;
      if (asReceived && !await showsWholeView(pool, deviceId)) throw new Failure('image_private', 'nothing is painted over in the bytes as received');
      try {
        return await frameStore.get(standardSha256 ?? sha256);
      } catch (error) {
        if (failureIn(error)?.code === 'bytes_missing') throw new Failure('image_gone', 'the picture is no longer kept');
        throw error;
      }
    },
  };
}
