/** What validate does with the pixels of a picture, and nothing else: a share of the workers' CPU that is no orchestration. */
import { STAGES } from '../../../contracts/stages.ts';
import { readerOf } from '../../../test/support/plain-camera.ts';
import { workLoop } from '../measure/work-loop.ts';
import type { LoopFigures } from '../measure/work-loop.ts';
import type { Pictures } from '../pictures.ts';

export function pictureWork({ jpegs }: Pictures, seconds: number): Promise<LoopFigures> {
  const reader = readerOf();
  return workLoop({ jpegs, seconds, atOnce: STAGES.validate.slots, work: (jpeg) => reader.standardise(jpeg) });
}
