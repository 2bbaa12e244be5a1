/**
 * Reads the raw body of an upload, and never keeps more than it may. A body that is somewhat over the limit is read to its end
 * before it is refused, because that is what every sender understands; one that is far over it is refused at once, and
 * `refuse-upload.ts` sees to it that the sender hears of it.
 */
import type { IncomingMessage } from 'node:http';
import { Failure } from '../contracts/failures.ts';
import type { Held } from './receiving.ts';

/** A body up to this many times the limit is read to its end before it is refused. */
const READ_OUT_FACTOR = 2;

/** Hands on each piece of the body up to the limit. Throws `body_too_large`, `collector_full`, `request_malformed`, and what `take` throws. */
export async function receiveBody(payload: IncomingMessage, maxBytes: number, held: Held, take: (chunk: Buffer) => void): Promise<void> {
  const declared = Number(payload.headers['content-length'] ?? 0);
  if (declared > maxBytes * READ_OUT_FACTOR) throw tooLarge(maxBytes);
  let received = 0;
  try {
    // Leaving the loop must not destroy the stream: the answer goes out on the same connection.
    for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > maxBytes * READ_OUT_FACTOR) throw tooLarge(maxBytes);
      if (received > maxBytes) continue;
      held.add(chunk.length);
      take(chunk);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('request_malformed', 'the body broke off', { cause: error });
  }
  if (received > maxBytes) throw tooLarge(maxBytes);
}

const tooLarge = (maxBytes: number): Failure => new Failure('body_too_large', `more than ${maxBytes} bytes`);
