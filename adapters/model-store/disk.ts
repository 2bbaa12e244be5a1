/** Weights that users registered, on a disk that all processes of an installation share: `<home>/models/<sha256>.onnx`. */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, failureIn } from '../../contracts/failures.ts';

export interface StoredWeights {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

export const weightsPath = (home: string, sha256: string): string => join(home, 'models', `${sha256}.onnx`);

/** Bytes of weights that are there; undefined where they are not. */
export async function weightsThere(home: string, sha256: string): Promise<number | undefined> {
  const found = await stat(weightsPath(home, sha256)).catch(() => undefined);
  return found?.size;
}

/** Streams to disk, whole or not at all. Throws `body_too_large`, `body_empty`, `request_malformed` (broke off) and `frame_store_unavailable`. */
export async function storeWeights(home: string, body: Readable, maxBytes: number): Promise<StoredWeights> {
  const folder = join(home, 'models');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${process.pid}-${randomBytes(8).toString('hex')}`);
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(bytes > maxBytes ? new Failure('body_too_large', `more than ${maxBytes} bytes`) : null, chunk);
    },
  });
  try {
    await pipeline(body, counted, createWriteStream(temporary, { flags: 'wx', mode: 0o600 }));
    if (bytes === 0) throw new Failure('body_empty', 'no bytes of a model');
    const file = await open(temporary, 'r');
    await file.sync().finally(() => file.close());
    const sha256 = hash.digest('hex');
    await rename(temporary, weightsPath(home, sha256));
    return { sha256, bytes };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (failureIn(error)) throw error;
    const { code = 'unknown error', syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw new Failure('request_malformed', 'the body broke off', { cause: error });
    throw new Failure('frame_store_unavailable', `${code} on ${syscall}`, { cause: error });
  }
}
