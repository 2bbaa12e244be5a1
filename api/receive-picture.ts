/**
 * Reads the raw body of a frame, and never keeps more than it may. A body that is somewhat over the limit is read to its end
 * before it is refused, because that is what every sender understands; one that is far over it is refused at once, and
 * `refuse-upload.ts` sees to it that the sender hears of it.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { Failure } from '../contracts/failures.ts';

export interface ReceivingLimits {
  readonly maxBodyBytes: number;
  /** Of all bodies that are being received by this process. */
  readonly maxReceivingBytes: number;
}

/** A body up to this many times the limit is read to its end before it is refused. */
const READ_OUT_FACTOR = 2;

export type ReceivePicture = (request: FastifyRequest, payload: IncomingMessage) => Promise<Buffer>;

export function createReceivePicture({ maxBodyBytes, maxReceivingBytes }: ReceivingLimits): ReceivePicture {
  let receivingBytes = 0;

  return async (request, payload) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > maxBodyBytes * READ_OUT_FACTOR) throw tooLarge();
    let kept: Buffer[] = [];
    let received = 0;
    let held = 0;
    try {
      // Leaving the loop must not destroy the stream: the answer goes out on the same connection.
      for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        received += chunk.length;
        if (received > maxBodyBytes * READ_OUT_FACTOR) throw tooLarge();
        if (received > maxBodyBytes) {
          kept = [];
          continue;
        }
        kept.push(chunk);
        held += chunk.length;
        receivingBytes += chunk.length;
        if (receivingBytes > maxReceivingBytes) throw new Failure('collector_full', 'too many large bodies are being received at once');
      }
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure('request_malformed', 'the body broke off', { cause: error });
    } finally {
      receivingBytes -= held;
    }
    if (received > maxBodyBytes) throw tooLarge();
    return Buffer.concat(kept, received);
  };

  function tooLarge(): Failure {
    return new Failure('body_too_large', `more than ${maxBodyBytes} bytes`);
  }
}
