/** The picture of a message: read, drawn on and described, or the reason in words why there is none. It never fails and never takes long: no message waits for its picture. */
import { boxText } from '../contracts/detection.ts';
import type { Detection } from '../contracts/detection.ts';
import { Failure } from '../contracts/failures.ts';
import { NAME_LIMIT, oneLine } from './one-line.ts';
import type { AlertPicture } from './ports/channel.ts';
import type { PictureSize } from './ports/detector.ts';
import type { FrameStore } from './ports/frame-store.ts';
import type { PictureAnnotator, PictureUse, ZoneOutline } from './ports/picture-annotator.ts';
import type { StageLog } from './stage-run.ts';

export interface PicturePorts {
  readonly store: Pick<FrameStore, 'get'>;
  readonly annotator: PictureAnnotator;
  readonly log: Pick<StageLog, 'warn'>;
}

export interface PictureFacts {
  readonly frameId: string;
  readonly deviceName: string;
  readonly evidence: readonly Detection[];
  readonly zones: readonly ZoneOutline[];
  readonly picture: { readonly sha256: string; readonly size: PictureSize } | null;
}

/** Decoding and drawing take a tenth of a second; a store that hangs must not hold an alert back. */
export const PICTURE_LIMIT_MS = 10_000;

/** `limit`: when what it is about goes out without it. */
export async function drawPicture(facts: PictureFacts, use: PictureUse, limit: AbortSignal, { store, annotator, log }: PicturePorts): Promise<AlertPicture> {
  const { picture, evidence, zones, frameId } = facts;
  try {
    if (picture === null) throw new Failure('picture_unavailable', 'the frame has no picture any more');
    const drawing = store.get(picture.sha256)
      .then((jpeg) => annotator.annotate(jpeg, picture.size, evidence.map((detection) => ({ box: detection.box, text: boxText(detection) })), zones, use));
    return { jpeg: await Promise.race([drawing, abortOf(limit)]), description: descriptionOf(facts) };
  } catch (error) {
    log.warn({ frameId, err: error }, 'message goes out without its picture');
    return { missing: 'the picture of this moment could not be had' };
  }
}

const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** What is drawn in a crowd is more than anybody wants read out. */
const MARKS_LIMIT = 300;

/** For those who do not see it, in the words that are drawn in it. */
export function descriptionOf({ deviceName, zones, evidence }: Pick<PictureFacts, 'deviceName' | 'zones' | 'evidence'>): string {
  const parts = [
    `Picture of camera ${oneLine(deviceName, NAME_LIMIT)}`,
    ...(zones.length === 0 ? [] : [`outlined: ${oneLine(zones.map(({ name }) => name).join(', '), MARKS_LIMIT)}`]),
    ...(evidence.length === 0 ? [] : [`marked: ${oneLine(evidence.map(boxText).join(', '), MARKS_LIMIT)}`]),
  ];
  return parts.join(', ');
}
