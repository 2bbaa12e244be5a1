/** Cuts a stream of JPEGs, one behind the other without anything between, into pictures (what `-f image2pipe -c:v mjpeg` writes). */
import { walkJpegStream } from '../images/jpeg-stream.ts';

/** Far above any picture that a camera makes; without an end a broken stream would fill the memory. */
export const MAX_PICTURE_BYTES = 64 * 1024 * 1024;

const START_OF_IMAGE = Buffer.from([0xff, 0xd8]);

/**
 * Yields whole pictures only, whatever the borders of the chunks. Ends are found by walking the segments, because two bytes
 * that look like an end may stand in a table or a thumbnail. Throws RangeError for a picture over the limit.
 */
export async function* splitJpegs(chunks: AsyncIterable<Buffer>, maxPictureBytes = MAX_PICTURE_BYTES): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = fromStart(Buffer.concat([pending, chunk]));
    for (let end = endOf(pending); end !== undefined; end = endOf(pending)) {
      // A copy: a slice would keep its neighbours in memory for as long as somebody holds this one.
      yield Buffer.from(pending.subarray(0, end));
      pending = fromStart(pending.subarray(end));
    }
    if (pending.length > maxPictureBytes) throw new RangeError(`a picture has no end within ${maxPictureBytes} bytes`);
  }
}

/** Without what stands before the first start of a picture; the last byte may be half of one. */
function fromStart(bytes: Buffer): Buffer {
  const start = bytes.indexOf(START_OF_IMAGE);
  if (start >= 0) return bytes.subarray(start);
  return bytes.subarray(bytes.at(-1) === START_OF_IMAGE[0] ? -1 : bytes.length);
}

const endOf = (bytes: Buffer): number | undefined => (bytes.length < START_OF_IMAGE.length ? undefined : walkJpegStream(bytes).end);
