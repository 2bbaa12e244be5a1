/** What the cameras of the bench send: JPEGs of a courtyard with people, never the same one twice. */
import { readHeader } from '../../adapters/images/decode.ts';
import type { PictureSize } from '../../activities/ports/detector.ts';
import { courtyardFrames } from '../../test/support/footage.ts';

export interface Pictures {
  readonly jpegs: readonly Buffer[];
  /** Of each of them. */
  readonly size: PictureSize;
  readonly meanBytes: number;
}

/** The whole clip, a picture a second. */
const PICTURES = 80;
const DQT = 0xdb;
const SOS = 0xda;
/** In order of frequency: the first are coarse enough to be seen, the last are rarely used and would change nothing. */
const FIRST_ENTRY = 10;
const ENTRIES = 40;
const STEPS = 8;

export async function loadPictures(): Promise<Pictures> {
  const jpegs = await courtyardFrames(PICTURES);
  const [first] = jpegs ?? [];
  if (!jpegs || !first) throw new Error('there are no pictures to measure with: the courtyard clip or ffmpeg cannot be had; run `npm run setup`');
  const { width, height } = await readHeader(first, 'jpeg');
  return { jpegs, size: { width, height }, meanBytes: jpegs.reduce((sum, { length }) => sum + length, 0) / jpegs.length };
}

/**
 * The `number`th frame of a camera. A repeated picture would be found in the frame store and not be written again, standardised or not, which no
 * camera's noise allows. So each repeat gets another quantisation table: the same scene in other pixels, without the price of encoding it.
 */
export function frameOf(jpegs: readonly Buffer[], number: number): Buffer {
  const jpeg = Buffer.from(jpegs[number % jpegs.length]!);
  const repeat = Math.floor(number / jpegs.length);
  if (repeat === 0) return jpeg;
  const entry = quantisationTable(jpeg) + FIRST_ENTRY + repeat % ENTRIES;
  jpeg[entry] = jpeg[entry]! + 1 + Math.floor(repeat / ENTRIES) % STEPS;
  return jpeg;
}

/** Offset of the 64 entries of the first table. */
function quantisationTable(jpeg: Buffer): number {
  for (let at = 2; jpeg[at + 1] !== SOS; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at + 1] === DQT) return at + 5;
  }
  throw new Error('a JPEG without a quantisation table of its own');
}
