/** Counts the bytes of bodies that this process holds, so that many slow large uploads cannot end it. */
import { Failure } from '../contracts/failures.ts';

/** The bytes of one body. */
export interface Held {
  /** Throws `collector_full` when this process would hold more than it may; they count all the same until `release`. */
  add(bytes: number): void;
  release(): void;
}

/** One count for all upload routes. */
export type Receiving = () => Held;

export function createReceiving(maxReceivingBytes: number): Receiving {
  let receivingBytes = 0;
  return () => {
    let held = 0;
    return {
      add(bytes) {
        held += bytes;
        receivingBytes += bytes;
        if (receivingBytes > maxReceivingBytes) throw new Failure('collector_full', 'too many large bodies are being received at once');
      },
      release() {
        receivingBytes -= held;
        held = 0;
      },
    };
  };
}
