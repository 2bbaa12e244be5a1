/** The picture of a frame with the boxes of what was seen in it, drawn anew for each asker. */
import { createHash } from 'node:crypto';
import type { PictureAnnotator, ZoneOutline } from '../activities/ports/picture-annotator.ts';
import { boxText } from '../contracts/detection.ts';
import type { Detection, ModelIdentity } from '../contracts/detection.ts';
import { Failure } from '../contracts/failures.ts';

export interface SeenFrame {
  readonly standardSha256: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Null: no detector looked at it. */
  readonly model: ModelIdentity | null;
  readonly detections: readonly Detection[];
  /** To be outlined; left out for none. */
  readonly zones?: readonly ZoneOutline[];
}

export interface Drawing {
  /** Changes with everything that is drawn: a replay may see other things in the same picture. */
  readonly etag: string;
  draw(picture: () => Promise<Uint8Array>): Promise<Buffer>;
}

/** Throws `detections_unknown`: a picture without boxes would say that there was nothing to see. */
export type PlanDrawing = (frame: SeenFrame, minProbability: number) => Drawing;

export function createDrawing(annotator: PictureAnnotator): PlanDrawing {
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time: drawing shares its threads with the writing of frames that are being accepted, and those come first. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };

  return ({ standardSha256, width, height, model, detections, zones = [] }, minProbability) => {
    if (standardSha256 === null || width === null || height === null || model === null) {
      throw new Failure('detections_unknown', 'no detector has looked at this frame');
    }
    const seen = detections.filter(({ probability }) => probability >= minProbability);
    const drawn = createHash('sha256').update(JSON.stringify([standardSha256, width, height, seen, zones])).digest('base64url');
    return {
      etag: `"${drawn}"`,
      draw: (picture) => inTurn(async () => {
        const jpeg = await picture();
        const boxes = seen.map((detection) => ({ box: detection.box, text: boxText(detection) }));
        return annotator.annotate(jpeg, { width, height }, boxes, zones).catch((error: unknown) => {
          // What the annotator says is meant for messages; here the bytes are what we kept, so it is we who are wrong.
          throw new Failure('internal', 'the standardised picture cannot be drawn on', { cause: error });
        });
      }),
    };
  };
}

/** If-None-Match (RFC 9110, 13.1.2): a list of tags, of which ours may have become a weak one on its way. */
export const holdsTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
