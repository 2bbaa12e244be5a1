/**
 * The thread in which a worker's pictures are decoded. sharp does the work on threads of its own; what this one saves is the main thread's
 * heap: a megabyte for each frame there had all that a worker has loaded marked twice a second.
 */
import { createHash } from 'node:crypto';
import type { PictureSize } from '../../activities/ports/detector.ts';
import type { PictureDemands, StandardisedImage } from '../../activities/ports/image-reader.ts';
import { serveThread } from '../threads/serve-thread.ts';
import type { LimitsByClass } from './image-limits.ts';
import { createImageReader } from './image-reader.ts';
import { ModelInputCache } from './model-input-cache.ts';
import { decodeJpegForModel } from './model-input.ts';
import type { ModelInput } from './model-input.ts';

export interface PictureSetup {
  /** Whether this process asks for frames again that it has standardised. */
  readonly keeps: boolean;
  readonly limits: LimitsByClass;
}

export type PictureRequest =
  | { readonly want: 'standardised'; readonly bytes: Uint8Array; readonly demands: PictureDemands }
  | { readonly want: 'kept-input'; readonly sha256: string; readonly size: PictureSize }
  | { readonly want: 'input'; readonly jpeg: Uint8Array; readonly size: PictureSize };

/** `jpeg` is null where the bytes that were given are the standardised picture. */
export type StandardisedHere = Omit<StandardisedImage, 'jpeg'> & { readonly jpeg: Uint8Array<ArrayBuffer> | null };

export type PictureAnswer = { readonly image: StandardisedHere } | { readonly input: ModelInput | undefined };

await serveThread<PictureSetup, PictureRequest, PictureAnswer>({ load: servePictures, defect: 'image_corrupt', transfer: buffersOf });

async function servePictures({ keeps, limits }: PictureSetup): Promise<(request: PictureRequest) => Promise<PictureAnswer>> {
  const reader = createImageReader(limits);
  const cache = new ModelInputCache();

  return async (request) => {
    if (request.want === 'kept-input') return { input: await cache.take(request.sha256, request.size) };
    if (request.want === 'input') return { input: await decodeJpegForModel(request.jpeg, request.size) };
    const { pixels, jpeg, ...image } = await reader.standardise(request.bytes, request.demands);
    if (keeps && pixels) cache.keep(createHash('sha256').update(jpeg).digest('hex'), pixels);
    // A copy, because sharp's and Node's small buffers share memory with others.
    return { image: { ...image, jpeg: jpeg.equals(request.bytes) ? null : new Uint8Array(jpeg) } };
  };
}

function buffersOf(answer: PictureAnswer): ArrayBuffer[] {
  const moved = 'image' in answer ? answer.image.jpeg : answer.input;
  return moved ? [moved.buffer] : [];
}
