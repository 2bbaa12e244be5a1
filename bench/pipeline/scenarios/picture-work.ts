/** What validate does with the pixels of a picture, and nothing else: a share of the workers' CPU that is no orchestration. */
import { createImageReader } from '../../../adapters/images/image-reader.ts';
import { STAGES } from '../../../contracts/stages.ts';
import { workLoop } from '../measure/work-loop.ts';
import type { LoopFigures } from '../measure/work-loop.ts';
import type { Pictures } from '../pictures.ts';

export function pictureWork({ jpegs }: Pictures, seconds: number): Promise<LoopFigures> {
  const reader = createImageReader();
  return workLoop({ jpegs, seconds, atOnce: STAGES.validate.slots, work: (jpeg) => reader.standardise(jpeg) });
}
