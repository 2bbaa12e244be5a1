/** Pictures that say themselves what is to be seen in them, by a mark of one colour that survives decoding and standardising. */
import { patch, scene } from '../adapters/images/pictures.ts';
import { sharp } from '../../adapters/images/sharp.ts';

export type Shown =
  | 'person'
  | 'nobody'
  /** Its detector dies of it. */
  | 'killer'
  /** No picture at all. */
  | 'rubbish';

const WIDTH = 160;
const HEIGHT = 120;
/** Large enough that the middle of it stays one colour whatever JPEG does to its edges. */
const MARK_SIDE = 32;
const MARK_COLOURS: Partial<Record<Shown, string>> = { person: '#e61414', killer: '#1414e6' };

/** Different bytes for each seed, before and after standardising. */
export async function scriptedPicture(shown: Shown, seed: number): Promise<Buffer> {
  if (shown === 'rubbish') return Buffer.from(`<html>please log in, visitor ${seed}</html>`);
  const colour = MARK_COLOURS[shown];
  const picture = scene(WIDTH, HEIGHT, seed);
  const marked = colour === undefined ? picture : picture.composite([await patch(0, 0, MARK_SIDE, MARK_SIDE, colour)]);
  return marked.jpeg({ quality: 90 }).toBuffer();
}

/** What a picture of `scriptedPicture` says, read from its pixels. */
export async function shownIn(jpeg: Uint8Array): Promise<Exclude<Shown, 'rubbish'>> {
  const inside = { left: 4, top: 4, width: MARK_SIDE - 8, height: MARK_SIDE - 8 };
  const [r = 0, g = 0, b = 0] = await sharp(jpeg).extract(inside).resize(1, 1, { fit: 'fill' }).raw().toBuffer();
  if (r > 180 && g < 80 && b < 80) return 'person';
  return b > 180 && r < 80 && g < 80 ? 'killer' : 'nobody';
}
