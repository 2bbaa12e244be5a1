/** Decodes pictures for the stages of a worker, in a thread of its own. */
import type { ImageReader } from '../../activities/ports/image-reader.ts';
import { ThreadPool } from '../threads/thread-pool.ts';
import type { DecodeForModel, ModelInput } from './model-input.ts';
import type { PictureAnswer, PictureRequest, PictureSetup, StandardisedHere } from './picture-thread.ts';

export interface PictureReader extends ImageReader {
  readonly decodeForModel: DecodeForModel;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** sharp works on four at a time and holds the others as bytes; who asks for an input that is kept must not wait for any of them. */
const REQUESTS_AT_ONCE = 32;
/** Decoding has a limit of its own, and those that wait for it count here; past that of the stage the thread hangs. */
const TIME_LIMIT_MS = 120_000;

/** `keeps`: this process both standardises frames and looks at them, and hands on in memory what it can. Throws `picture_reader_unavailable`. */
export async function openPictureReader({ keeps, limits }: PictureSetup): Promise<PictureReader> {
  const pool = await ThreadPool.open<PictureRequest, PictureAnswer>({
    name: 'decoding', unavailable: 'picture_reader_unavailable', threadFile: new URL('./picture-thread.ts', import.meta.url),
    setup: { keeps, limits } satisfies PictureSetup, threads: 1, atOnce: REQUESTS_AT_ONCE, timeLimitMs: TIME_LIMIT_MS,
  });
  const ask = (request: PictureRequest): Promise<PictureAnswer> => pool.run(async () => ({ request, transfer: [] }));
  const askForInput = async (request: PictureRequest): Promise<ModelInput | undefined> => (await ask(request) as { input: ModelInput | undefined }).input;

  return {
    async standardise(bytes, demands) {
      const { jpeg, ...image } = (await ask({ want: 'standardised', bytes, demands }) as { image: StandardisedHere }).image;
      return { ...image, jpeg: jpeg === null ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(jpeg.buffer) };
    },
    async decodeForModel({ sha256, jpeg }, size) {
      const kept = keeps ? await askForInput({ want: 'kept-input', sha256, size }) : undefined;
      return kept ?? (await askForInput({ want: 'input', jpeg: await jpeg(), size }))!;
    },
    close: () => pool.close(),
  };
}
