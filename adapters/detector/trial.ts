/** Tries a model that somebody brought, before any frame depends on it, in a process of its own: a file built to do harm takes nothing else along. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Detector } from '../../activities/ports/detector.ts';
import { Failure, failureIn } from '../../contracts/failures.ts';
import type { ModelDescription } from '../../contracts/model.ts';
import { decodeHere } from '../images/model-input.ts';
import { sharp } from '../images/sharp.ts';
import { openModel } from './open-model.ts';

/** Loading takes a tenth of a second, a frame of a large model some seconds on a busy core; callers hear of it before they give up at 30 s. */
const TIME_LIMIT_MS = 25_000;
/** An answer is a sentence. */
const MOST_OUTPUT_BYTES = 64 * 1024;
/** What cameras send most; its shape is not that of any input, so that scaling and padding are tried as well. */
const PICTURE = { width: 640, height: 480 };

interface Trial {
  readonly path: string;
  readonly model: ModelDescription;
}

type TrialAnswer = { readonly refused: string | null };

/** Resolves when the model loads and answers a picture as its description says. Throws `model_invalid`. */
export async function tryModel(path: string, model: ModelDescription): Promise<void> {
  const answer = await new Promise<TrialAnswer>((resolve) => {
    execFile(process.execPath, [fileURLToPath(new URL('./trial-process.mjs', import.meta.url)), JSON.stringify({ path, model } satisfies Trial)], {
      timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES,
      // Nothing of ours: what runs there may be hostile, and our environment holds passwords.
      env: {},
    }, (error, stdout) => {
      if (!error) return resolve(JSON.parse(stdout) as TrialAnswer);
      const { killed, signal, code } = error;
      resolve({ refused: killed === true ? `it did not answer within ${TIME_LIMIT_MS / 1000} s` : `the process that tried it ended with ${signal ?? `exit code ${String(code)}`}` });
    });
  });
  if (answer.refused !== null) throw new Failure('model_invalid', answer.refused);
}

/** In that process. */
export async function runTrial({ path, model }: Trial): Promise<TrialAnswer> {
  try {
    await answersOnce(await openModel(model, path, { threads: 1, decode: decodeHere }));
    return { refused: null };
  } catch (error) {
    return { refused: failureIn(error)?.detail ?? String(error) };
  }
}

/** Its threads would keep the process alive. */
async function answersOnce(detector: Detector): Promise<void> {
  try {
    const jpeg = await sharp({ create: { ...PICTURE, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).jpeg().toBuffer();
    await detector.detect({ sha256: '', jpeg: async () => jpeg }, PICTURE);
  } finally {
    await detector.close();
  }
}
