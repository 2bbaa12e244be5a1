/** Acceptance: check, bytes durable, ledger row, and only then the answer. Whoever gets a receipt may forget the frame. */
import { createHash } from 'node:crypto';
import type { FrameStore } from '../activities/ports/frame-store.ts';
import type { Backlog } from '../adapters/postgres/backlog.ts';
import type { SendingDevice } from '../adapters/postgres/devices.ts';
import { answerAgain } from '../adapters/postgres/idempotency-keys.ts';
import type { KeyedFrame } from '../adapters/postgres/idempotency-keys.ts';
import { Failure } from '../contracts/failures.ts';
import type { AcceptedFrame, NewFrame } from '../contracts/frame.ts';
import type { IdempotencyKey } from '../contracts/idempotency-key.ts';
import { instantToDate, parseInstant } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { checkContentDigest } from './content-digest.ts';
import { failureOf } from './problems.ts';
import type { RefusedUpload } from './refused-uploads.ts';

export interface FrameOffer {
  readonly deviceId: string;
  /** The only user whose devices the sender may use; null is every user. */
  readonly onlyUserId: string | null;
  /** As the sender wrote it. */
  readonly capturedAt: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** As many as were given for these bytes; each must fit. */
  readonly contentDigests: readonly (string | undefined)[];
  readonly idempotencyKey: IdempotencyKey | undefined;
}

export interface AcceptanceLimits {
  readonly capturedAheadSeconds: number;
  readonly capturedBackDays: number;
  readonly userWaitingFrames: number;
  readonly backlogFrames: number;
}

export interface AcceptancePorts {
  findDevice(deviceId: string): Promise<SendingDevice | undefined>;
  findKeyedFrame(key: IdempotencyKey): Promise<KeyedFrame | undefined>;
  readonly backlog: Backlog;
  readonly store: Pick<FrameStore, 'put'>;
  acceptFrame(frame: NewFrame): Promise<AcceptedFrame | Failure>;
  readonly limits: AcceptanceLimits;
  /** Hears of every upload of a device that may send, refused for whatever it is. */
  refused?(upload: RefusedUpload): void;
  now(): number;
}

/** A receipt for each, in their order, or why there is none. Never throws: what is a defect is the answer of the frame that met it. */
export type Acceptance = (offers: readonly FrameOffer[]) => Promise<(AcceptedFrame | Failure)[]>;

export function createAcceptance(ports: AcceptancePorts): Acceptance {
  return async (offers) => {
    const admitted: Admitted = { total: 0, ofUser: new Map() };
    const kept = await Promise.all(offers.map((offer) => keep(offer, admitted, ports).catch(failureOf)));
    // All at once and in capture order: a frame that is in the ledger before an older one of its device makes that one late.
    const frames = kept.flatMap((result, place) => (isNewFrame(result) ? [{ frame: result, place }] : []))
      .sort((one, other) => (one.frame.givenCapturedAt < other.frame.givenCapturedAt ? -1 : Number(one.frame.givenCapturedAt > other.frame.givenCapturedAt)));
    const answers = [...kept] as (AcceptedFrame | Failure)[];
    await Promise.all(frames.map(async ({ frame, place }) => {
      const answer = await ports.acceptFrame(frame).catch(failureOf);
      if (!(answer instanceof Failure) && !answer.duplicate) ports.backlog.noteAccepted(frame.userId);
      answers[place] = answer;
    }));
    return answers;
  };
}

/** Frames of the same request that the limits let in already; the backlog counts them once they are in the ledger. */
interface Admitted {
  total: number;
  readonly ofUser: Map<string, number>;
}

const isNewFrame = (result: NewFrame | AcceptedFrame | Failure): result is NewFrame => !(result instanceof Failure) && !('frameId' in result);

/** Before the key: bytes that were damaged on their way are no other frame under it. */
function checkBytes({ bytes, contentDigests }: FrameOffer): void {
  if (bytes.length === 0) throw new Failure('body_empty', 'there are no bytes');
  for (const digest of contentDigests) checkContentDigest(digest, bytes);
}

/**
 * Before everything else that could refuse: what was answered stays answered, also when the quota is used up since or the device is gone.
 * The ledger looks once more when it keeps the key, for those that come at the same time.
 */
async function answeredBefore({ deviceId, capturedAt, bytes }: FrameOffer, key: IdempotencyKey, ports: AcceptancePorts): Promise<AcceptedFrame | undefined> {
  const givenCapturedAt = parseInstant(capturedAt);
  const kept = await ports.findKeyedFrame(key);
  return kept && answerAgain(kept, { deviceId, givenCapturedAt, sha256: createHash('sha256').update(bytes).digest('hex') });
}

/** Everything but the row: refuses, answers as it did before, or leaves the bytes durable. */
async function keep(offer: FrameOffer, admitted: Admitted, ports: AcceptancePorts): Promise<NewFrame | AcceptedFrame> {
  checkBytes(offer);
  const before = offer.idempotencyKey && await answeredBefore(offer, offer.idempotencyKey, ports);
  if (before) return before;
  const sender = requireSender(offer, await ports.findDevice(offer.deviceId));
  let givenCapturedAt: Instant | undefined;
  try {
    givenCapturedAt = parseInstant(offer.capturedAt);
    refuseImpossibleTime(givenCapturedAt, ports);
    await refuseWhenFull(sender.userId, admitted, ports);
    const { sha256 } = await ports.store.put(offer.bytes);
    return {
      userId: sender.userId, deviceId: sender.deviceId, timeZone: sender.timeZone,
      givenCapturedAt, sha256, sizeBytes: offer.bytes.length, mediaType: offer.mediaType,
      idempotencyKey: offer.idempotencyKey,
    };
  } catch (error) {
    ports.refused?.({ deviceId: sender.deviceId, code: failureOf(error).code, aheadMs: givenCapturedAt === undefined ? null : aheadMsOf(givenCapturedAt, ports) });
    throw error;
  }
}

function requireSender({ deviceId, onlyUserId }: FrameOffer, device: SendingDevice | undefined): SendingDevice {
  if (device === undefined || (onlyUserId !== null && device.userId !== onlyUserId)) throw new Failure('device_unknown', `no device ${deviceId}`);
  if (!device.enabled) throw new Failure('device_disabled', `device ${deviceId} is switched off`);
  if (!device.userEnabled) throw new Failure('user_disabled', `user ${device.userId} is switched off`);
  return device;
}

const aheadMsOf = (capturedAt: Instant, { now }: AcceptancePorts): number => instantToDate(capturedAt).getTime() - now();

function refuseImpossibleTime(capturedAt: Instant, ports: AcceptancePorts): void {
  const { limits } = ports;
  const aheadMs = aheadMsOf(capturedAt, ports);
  if (aheadMs > limits.capturedAheadSeconds * 1000) {
    throw new Failure('captured_at_too_late', `${capturedAt} is more than ${limits.capturedAheadSeconds} s in the future`);
  }
  if (-aheadMs > limits.capturedBackDays * 86_400_000) {
    throw new Failure('captured_at_too_early', `${capturedAt} is more than ${limits.capturedBackDays} days back`);
  }
}

async function refuseWhenFull(userId: string, admitted: Admitted, { backlog, limits }: AcceptancePorts): Promise<void> {
  const { total, ofUser } = await backlog.current();
  const ofThisUser = admitted.ofUser.get(userId) ?? 0;
  if (ofUser(userId) + ofThisUser >= limits.userWaitingFrames) throw new Failure('quota_exceeded', `user ${userId} has ${limits.userWaitingFrames} frames on their way`);
  if (total + admitted.total >= limits.backlogFrames) throw new Failure('collector_full', `${limits.backlogFrames} frames are on their way`);
  admitted.total += 1;
  admitted.ofUser.set(userId, ofThisUser + 1);
}
