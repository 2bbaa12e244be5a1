/**
 * Refuses an upload whose sender may still be writing. A connection that is closed with unread bytes is reset, and the reset
 * overtakes the answer: the sender sees a broken line instead of a status, and sends the same again for ever. So the answer
 * goes out whole, says that the connection closes, and what still comes is thrown away for a moment before it does.
 */
import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerOf, failureOf, sendProblem } from './problems.ts';

/** Time for the answer to cross the slowest line and for the sender to stop; not so long that a flood is worth its while. */
const LINGER_MS = 2_000;

export function refuseUpload(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const closing = reply.getHeader('connection') === 'close';
  if (request.raw.complete || !closing) return sendProblem(error, request, reply);

  const { status, headers, body } = answerOf(failureOf(error), request.id);
  reply.hijack();
  reply.raw.writeHead(status, { ...headers, 'x-request-id': request.id, 'content-length': Buffer.byteLength(body), connection: 'close' });
  // With its length given the answer is whole for the sender now; `end` would close the connection.
  reply.raw.write(body);
  request.raw.resume();
  const ended = once(request.raw, 'close', { signal: AbortSignal.timeout(LINGER_MS) });
  ended.catch(() => {}).finally(() => reply.raw.end());
}
