/** What providers say of messages after they took them. */
import type { Arrival } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Pool } from './pool.ts';

export interface ArrivalReport {
  readonly deliveryKey: string;
  /** Id that the provider has for it. */
  readonly providerId: string;
  readonly arrival: Arrival;
  readonly providerCode: string | null;
}

/** Keeps it once, whatever is repeated; an older word never overwrites a final one. False for a key that no message has. */
export async function recordArrival(_pool: Pool, _report: ArrivalReport): Promise<boolean> {
  throw new Failure('internal', 'not built yet');
}
