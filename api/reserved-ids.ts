/** Keeps hands off the canary: what is put under its id would be judged with it, hidden with it and removed with it; a contact of its own would be told every minute. */
import type { FastifyRequest } from 'fastify';
import { CANARY_ID } from '../contracts/canary.ts';
import { Failure } from '../contracts/failures.ts';

/** After validation: for every request that changes something and names the id, in its path or anywhere in a JSON body. Its frames come by POST, and name it in the path. */
export async function refuseReservedIds(request: FastifyRequest): Promise<void> {
  const { method, params, body, mediaType } = request;
  if (method === 'GET' || method === 'HEAD') return;
  const inPath = method !== 'POST' && Object.values((params ?? {}) as Record<string, string>).includes(CANARY_ID);
  if (inPath || (mediaType === 'application/json' && JSON.stringify(body ?? null).includes(JSON.stringify(CANARY_ID)))) throw new Failure('id_unsafe', `${CANARY_ID} is the plant's own and cannot be put, named or removed`);
}
