/**
 * From the stage that decodes foreign bytes to the one that looks at them, within one process: frames that were just standardised, at the size at which the detector
 * wants them. Nothing is ever owed: what is missing is decoded from the stored frame, to the very same input.
 */
import type { PictureSize } from '../../activities/ports/detector.ts';
import type { RawPicture } from './decode.ts';
import { scalePixelsForModel } from './model-input.ts';
import type { ModelInput } from './model-input.ts';

/** Two hundred inputs of 640 x 384, or about what six batches of 32 hold; a pipeline of one machine has no more in hand. */
const MAX_BYTES = 150 * 1024 * 1024;
/** By then the frame was detected elsewhere, or its batch was given back. */
const FORGOTTEN_MS = 60_000;
/** Cameras have a handful of sizes. Who sends every picture in another one must not fill the memory with what was wanted of them. */
const MOST_FRAME_SIZES = 1_000;

interface Kept {
  /** Size of the standardised frame, as a key. */
  readonly frame: string;
  /** None before the detector has asked for a frame of this size, when there was no room, or where scaling these pixels would give another input. */
  readonly input: { readonly size: PictureSize; readonly pixels: Promise<ModelInput | undefined>; readonly bytes: number } | undefined;
  readonly at: number;
}

export class ModelInputCache {
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>();
  /** At what size the detector wanted the last frame of a size. */
  readonly #wanted = new Map<string, PictureSize>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** `pixels` are what the standardised JPEG of that name decodes to. When there is no room they are left out: what is oldest is needed next. */
  keep(sha256: string, pixels: RawPicture): void {
    this.#forgetOld();
    this.#drop(sha256);
    const frame = `${pixels.width} x ${pixels.height}`;
    const input = this.#scale(pixels, this.#wanted.get(frame));
    this.#kept.set(sha256, { frame, input, at: Date.now() });
    this.#bytes += input?.bytes ?? 0;
  }

  /** Gives the input away: it is needed once. */
  async take(sha256: string, size: PictureSize): Promise<ModelInput | undefined> {
    const kept = this.#drop(sha256);
    if (!kept) return undefined;
    if (this.#wanted.size >= MOST_FRAME_SIZES) this.#wanted.clear();
    this.#wanted.set(kept.frame, size);
    return kept.input && isSame(kept.input.size, size) ? kept.input.pixels : undefined;
  }

  #scale(pixels: RawPicture, size: PictureSize | undefined): Kept['input'] {
    const bytes = size ? size.width * size.height * 3 : 0;
    if (!size || this.#bytes + bytes > this.#maxBytes) return undefined;
    // Who wants it hears of an error when the stored frame does not decode either.
    const scaled = scalePixelsForModel(pixels, size)?.catch(() => undefined);
    return scaled && { size, pixels: scaled, bytes };
  }

  #drop(sha256: string): Kept | undefined {
    const kept = this.#kept.get(sha256);
    this.#kept.delete(sha256);
    this.#bytes -= kept?.input?.bytes ?? 0;
    return kept;
  }

  #forgetOld(): void {
    const before = Date.now() - FORGOTTEN_MS;
    for (const [sha256, { at }] of this.#kept) {
      if (at >= before) break;
      this.#drop(sha256);
    }
  }
}

const isSame = (a: PictureSize, b: PictureSize): boolean => a.width === b.width && a.height === b.height;
