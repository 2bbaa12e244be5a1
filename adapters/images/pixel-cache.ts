/** Pixels of standardised frames that this process has just decoded, for the stage that needs them next. */
import type { PixelCache, RawPicture } from '../../activities/ports/image-reader.ts';

/** Forty frames of 768 x 576, or sixteen of 1920 x 1080: more than the batches that one process has in hand. */
const MAX_BYTES = 100 * 1024 * 1024;

/** The oldest go when the room is full; whoever misses them decodes the stored frame, and gets the very same pixels. */
export function createPixelCache(maxBytes = MAX_BYTES): PixelCache {
  const kept = new Map<string, RawPicture>();
  let bytes = 0;

  function take(sha256: string): RawPicture | undefined {
    const pixels = kept.get(sha256);
    if (pixels === undefined) return undefined;
    kept.delete(sha256);
    bytes -= pixels.data.byteLength;
    return pixels;
  }

  return {
    take,
    keep(sha256, pixels) {
      take(sha256);
      kept.set(sha256, pixels);
      bytes += pixels.data.byteLength;
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) break;
        take(oldest);
      }
    },
  };
}
