/** Acceptance: check, bytes durable, ledger row, and only then the answer. Whoever gets a receipt may forget the frame. */
import type { FrameStore } from '../activities/ports/frame-store.ts';
import type { Backlog } from '../adapters/postgres/backlog.ts';
import type { SendingDevice } from '../adapters/postgres/devices.ts';
import { Failure, failureIn } from '../contracts/failures.ts';
import type { AcceptedFrame, NewFrame } from '../contracts/frame.ts';
import { instantToDate, parseInstant } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { checkContentDigest } from './content-digest.ts';

export interface FrameOffer {
  readonly deviceId: string;
  /** The only user whose devices the sender may use; null is every user. */
  readonly onlyUserId: string | null;
  /** As the sender wrote it. */
  readonly capturedAt: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly contentDigest: string | undefined;
}

export interface AcceptanceLimits {
  readonly capturedAheadSeconds: number;
  readonly capturedBackDays: number;
  readonly userWaitingFrames: number;
  readonly backlogFrames: number;
}

export interface AcceptancePorts {
  findDevice(deviceId: string): Promise<SendingDevice | undefined>;
  readonly backlog: Backlog;
  readonly store: Pick<FrameStore, 'put'>;
  acceptFrame(frame: NewFrame): Promise<AcceptedFrame | Failure>;
  readonly limits: AcceptanceLimits;
  now(): number;
}

/** A receipt, or why there is none. Throws only what is a defect. */
export type Acceptance = (offer: FrameOffer) => Promise<AcceptedFrame | Failure>;

export function createAcceptance(ports: AcceptancePorts): Acceptance {
  return async (offer) => {
    try {
      const frame = await keep(offer, ports);
      const answer = await ports.acceptFrame(frame);
      if (!(answer instanceof Failure) && !answer.duplicate) ports.backlog.noteAccepted(frame.userId);
      return answer;
    } catch (error) {
      const failure = failureIn(error);
      if (failure) return failure;
      throw error;
    }
  };
}

/** Everything but the row: refuses, or leaves the bytes durable. */
async function keep(offer: FrameOffer, ports: AcceptancePorts): Promise<NewFrame> {
  const sender = requireSender(offer, await ports.findDevice(offer.deviceId));
  const givenCapturedAt = parseInstant(offer.capturedAt);
  refuseImpossibleTime(givenCapturedAt, ports);
  if (offer.bytes.length === 0) throw new Failure('body_empty', 'the request has no body');
  checkContentDigest(offer.contentDigest, offer.bytes);
  await refuseWhenFull(sender.userId, ports);
  const { sha256 } = await ports.store.put(offer.bytes);
  return {
    userId: sender.userId, deviceId: sender.deviceId, timeZone: sender.timeZone,
    givenCapturedAt, sha256, sizeBytes: offer.bytes.length, mediaType: offer.mediaType,
  };
}

function requireSender({ deviceId, onlyUserId }: FrameOffer, device: SendingDevice | undefined): SendingDevice {
  if (device === undefined || (onlyUserId !== null && device.userId !== onlyUserId)) throw new Failure('device_unknown', `no device ${deviceId}`);
  if (!device.enabled) throw new Failure('device_disabled', `device ${deviceId} is switched off`);
  if (!device.userEnabled) throw new Failure('user_disabled', `user ${device.userId} is switched off`);
  return device;
}

function refuseImpossibleTime(capturedAt: Instant, { limits, now }: AcceptancePorts): void {
  const aheadMs = instantToDate(capturedAt).getTime() - now();
  if (aheadMs > limits.capturedAheadSeconds * 1000) {
    throw new Failure('captured_at_too_late', `${capturedAt} is more than ${limits.capturedAheadSeconds} s in the future`);
  }
  if (-aheadMs > limits.capturedBackDays * 86_400_000) {
    throw new Failure('captured_at_too_early', `${capturedAt} is more than ${limits.capturedBackDays} days back`);
  }
}

async function refuseWhenFull(userId: string, { backlog, limits }: AcceptancePorts): Promise<void> {
  const { total, ofUser } = await backlog.current();
  if (ofUser(userId) >= limits.userWaitingFrames) throw new Failure('quota_exceeded', `user ${userId} has ${limits.userWaitingFrames} frames on their way`);
  if (total >= limits.backlogFrames) throw new Failure('collector_full', `${limits.backlogFrames} frames are on their way`);
}
