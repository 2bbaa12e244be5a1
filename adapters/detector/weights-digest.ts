/** Names weights by their bytes, so that a stored detection tells for good which ones it came from. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../contracts/failures.ts';

/** SHA-256, hex, over the files one after another in the order given. */
export async function digestWeights(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) await pipeline(createReadStream(file), hash, { end: false });
  return hash.digest('hex');
}

/** Throws `detector_unavailable` unless these are the weights of that name: other ones would answer under a wrong name, for good. */
export async function requireWeights(files: readonly string[], sha256: string): Promise<void> {
  const found = await digestWeights(files);
  if (found !== sha256) throw new Failure('detector_unavailable', `its weights are ${found}, not ${sha256}`);
}
