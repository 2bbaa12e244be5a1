/** What a picture reader makes of damaged bytes: a picture that decodes, or a refusal with a name. Anything else is thrown. */
import type { ImageReader } from '../../activities/ports/image-reader.ts';
import { sharp } from '../../adapters/images/sharp.ts';
import { FAILURES, Failure } from '../../contracts/failures.ts';
import { PLAIN_CAMERA } from '../support/plain-camera.ts';
import { mutated } from './mutations.ts';

/** As many as libuv has threads. */
const AT_ONCE = 4;

/** How often each answer came. */
export type Answers = ReadonlyMap<string, number>;

export async function answersTo(reader: ImageReader, original: Uint8Array, rounds: number, random: () => number): Promise<Answers> {
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds; round += AT_ONCE) {
    const mutants = Array.from({ length: Math.min(AT_ONCE, rounds - round) }, () => mutated(original, random));
    for (const answer of await Promise.all(mutants.map((bytes) => answerTo(reader, bytes)))) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  return counts;
}

async function answerTo(reader: ImageReader, bytes: Buffer): Promise<string> {
  try {
    const { jpeg, standardisedWidth, standardisedHeight } = await reader.standardise(bytes, PLAIN_CAMERA);
    const { info } = await sharp(jpeg, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
    if (info.width === standardisedWidth && info.height === standardisedHeight && info.channels === 3) return 'accepted';
    throw new Error(`accepted as ${standardisedWidth} x ${standardisedHeight}, and decodes to ${info.width} x ${info.height} of ${info.channels} channels`);
  } catch (error) {
    if (error instanceof Failure && FAILURES[error.code].kind === 'refused') return error.code;
    throw error;
  }
}
