/** Connections to Temporal: one for clients, one native one per worker process, both patient at the start. */
import { Client, Connection } from '@temporalio/client';
import { Failure } from '../../contracts/failures.ts';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

export interface TemporalClient {
  readonly client: Client;
  close(): Promise<void>;
}

export async function connectClient({ address, namespace }: TemporalAddress): Promise<TemporalClient> {
  const connection = await patiently(() => Connection.connect({ address }), address);
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}

/**
 * The SDK tries its first connect once only. 60 s of tries, because after a power cut everything starts at once and the
 * server needs its database first; beyond that the supervisor's own restarts take over.
 */
export async function patiently<T>(connect: () => Promise<T>, address: string, patienceMs = 60_000): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (Date.now() >= giveUpAt) throw new Failure('temporal_unavailable', `no answer from ${address} for ${patienceMs / 1000} s`, { cause: error });
      await new Promise((done) => { setTimeout(done, 500); });
    }
  }
}
