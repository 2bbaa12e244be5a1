/** Weights that users registered, on a disk that all processes of an installation share: `<home>/models/<sha256>.onnx`. */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, failureIn } from '../../contracts/failures.ts';
import { FILE_MODE, makeFolder, orUnavailable, syncFolder } from '../frame-store/durable-write.ts';

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

/**
 * Streams to disk, whole or not at all, and there for good: a row that names the weights may follow at once.
 * Throws `body_too_large`, `body_empty`, `request_malformed` (broke off) and `frame_store_unavailable`.
 */
export const storeWeights = (home: string, body: Readable, maxBytes: number): Promise<StoredWeights> => orUnavailable(() => store(home, body, maxBytes));

async function store(home: string, body: Readable, maxBytes: number): Promise<StoredWeights> {
  const folder = join(home, 'models');
  await makeFolder(folder);
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
    await pipeline(body, counted, createWriteStream(temporary, { flags: 'wx', mode: FILE_MODE }));
    if (bytes === 0) throw new Failure('body_empty', 'no bytes of a model');
    const file = await open(temporary, 'r');
    await file.sync().finally(() => file.close());
    const sha256 = hash.digest('hex');
    await rename(temporary, weightsPath(home, sha256));
    await syncFolder(folder);
    return { sha256, bytes };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    // Without a system call it is no error of our disk, but of the sender's line.
    if (!failureIn(error) && (error as NodeJS.ErrnoException).syscall === undefined) throw new Failure('request_malformed', 'the body broke off', { cause: error });
    throw error;
  }
}
