/** Reads several frames that come in one multipart body. Nothing of it goes on before all of it is here and known to be whole. */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { openDigestCheck } from './content-digest.ts';
import { openPartReader } from './multipart-parts.ts';
import type { Part } from './multipart-parts.ts';
import { receiveBody } from './receive-body.ts';
import type { Held, Receiving } from './receiving.ts';
import { MOST_FRAMES_IN_PARCEL } from './shapes/parcel.ts';

export interface ParcelLimits {
  readonly maxParcelBytes: number;
  readonly maxReceivingBytes: number;
}

export interface ReceivedParcel {
  /** Throws `digest_mismatch` or `multipart_malformed`. */
  parts(): Promise<Part[]>;
}

export interface ParcelReceiver {
  /** Reads the body to its end and leaves it to `parts` to say what is wrong with it, so that the connection can go on. */
  receive(request: FastifyRequest, payload: IncomingMessage): Promise<ReceivedParcel>;
  /** To be called once the request is answered: until then its pictures are in memory. */
  release(request: FastifyRequest): void;
}

export function createParcelReceiver({ maxParcelBytes, maxReceivingBytes }: ParcelLimits, receiving: Receiving): ParcelReceiver {
  // A parcel that can never be held must be refused for good, not asked to come again.
  const maxBytes = Math.min(maxParcelBytes, maxReceivingBytes);
  const heldBy = new WeakMap<FastifyRequest, Held>();

  return {
    async receive(request, payload) {
      const reader = openPartReader(request.headers['content-type'] ?? '', MOST_FRAMES_IN_PARCEL + 1);
      const digest = openDigestCheck(request.headers['content-digest'] as string | undefined);
      const held = receiving();
      heldBy.set(request, held);
      await receiveBody(payload, maxBytes, held, (chunk) => {
        digest.update(chunk);
        reader.write(chunk);
      }).catch((error: unknown) => {
        held.release();
        throw error;
      });
      return {
        parts: async () => {
          // First: a body that was damaged on its way may be no multipart any more, and the sender should know that sending it again helps.
          digest.verify();
          return reader.end();
        },
      };
    },
    release: (request) => heldBy.get(request)?.release(),
  };
}
