/** The receipt for an accepted frame. */
import type { AcceptedFrame } from '../contracts/frame.ts';
import type { Receipt } from './shapes/frames.ts';

export interface Receipted {
  readonly httpStatus: 200 | 202;
  readonly receipt: Receipt;
}

export function receiptFor({ frameId, tag, duplicate, capturedAt }: AcceptedFrame, publicUrl: string | undefined): Receipted {
  const statusUrl = `${publicUrl ?? ''}/v1/frames/${frameId}`;
  return { httpStatus: duplicate ? 200 : 202, receipt: { frameId, status: duplicate ? 'duplicate' : 'accepted', statusUrl, tag, capturedAt } };
}
