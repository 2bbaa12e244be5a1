/** Reads a frame that comes as the body itself. */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { receiveBody } from './receive-body.ts';
import type { Receiving } from './receiving.ts';

export type ReceivePicture = (request: FastifyRequest, payload: IncomingMessage) => Promise<Buffer>;

export const createReceivePicture = (maxBodyBytes: number, receiving: Receiving): ReceivePicture => async (_request, payload) => {
  const kept: Buffer[] = [];
  const held = receiving();
  try {
    await receiveBody(payload, maxBodyBytes, held, (chunk) => { kept.push(chunk); });
    return Buffer.concat(kept);
  } finally {
    held.release();
  }
};
