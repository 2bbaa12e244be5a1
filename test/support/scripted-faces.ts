/** Pictures of a person that say what a face finder meets in them, by a mark of one colour in the other corner; and that finder. */
import { sharp } from '../../adapters/images/sharp.ts';
import type { Box } from '../../contracts/detection.ts';
import { Failure } from '../../contracts/failures.ts';
import { patch } from '../adapters/images/pictures.ts';
import { scriptedPicture } from './scripted-pictures.ts';

export type FaceShown =
  | 'face'
  /** The model answers what cannot be. */
  | 'nonsense'
  /** Its decoder refuses what all others took. */
  | 'corrupt'
  /** The process dies of it. */
  | 'killer';

const MARK_SIDE = 32;
/** Each channel is high or low, as no scene of `pictures.ts` is in all three. */
const MARK_COLOURS: Readonly<Record<FaceShown, string>> = { face: '#14e614', nonsense: '#e6e614', corrupt: '#14e6e6', killer: '#e614e6' };

export async function personWith(face: FaceShown, seed: number): Promise<Buffer> {
  const picture = sharp(await scriptedPicture('person', seed));
  const { width } = await picture.metadata();
  return picture.composite([await patch(width - MARK_SIDE, 0, MARK_SIDE, MARK_SIDE, MARK_COLOURS[face])]).jpeg({ quality: 90 }).toBuffer();
}

async function faceIn(jpeg: Uint8Array): Promise<FaceShown | undefined> {
  const { width } = await sharp(jpeg).metadata();
  const inside = { left: width - MARK_SIDE + 4, top: 4, width: MARK_SIDE - 8, height: MARK_SIDE - 8 };
  const channels = await sharp(jpeg).extract(inside).resize(1, 1, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  const colour = `#${[...channels].map((value) => (value > 200 ? 'e6' : value < 60 ? '14' : '??')).join('')}`;
  return (Object.keys(MARK_COLOURS) as FaceShown[]).find((face) => MARK_COLOURS[face] === colour);
}

/** The upper third of each person. */
export async function openFaceFinder() {
  return {
    async find(jpeg: Uint8Array, persons: readonly Box[]): Promise<Box[]> {
      const shown = await faceIn(jpeg);
      if (shown === 'nonsense') throw new Failure('detector_output_invalid', 'a face of minus one pixels');
      if (shown === 'corrupt') throw new Failure('image_corrupt', 'not for this decoder');
      // No goodbye of any kind, as when a native library runs into its own fault.
      if (shown === 'killer') process.kill(process.pid, 'SIGKILL');
      return shown === 'face' ? persons.map(([x, y, width, height]): Box => [x, y, width, height / 3]) : [];
    },
  };
}
