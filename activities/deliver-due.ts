/** Sends the messages about one thing that are due: claim, provider, and a trace of every try. What they say is up to whoever calls. */
import { FAILURES, Failure, failureIn } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { MessageReport } from '../contracts/incident.ts';
import { STAGES } from '../contracts/stages.ts';
import type { Channel, ChannelFailure, Message } from './ports/channel.ts';
import type { AttemptOutcome, ClaimedDelivery, DueDelivery, Outbox } from './ports/outbox.ts';
import { nextTryInMs } from './retry-schedule.ts';
import type { StageLog } from './stage-run.ts';

export interface DeliveryPorts {
  readonly outbox: Outbox;
  /** By name of contracts/delivery.ts CHANNELS. */
  readonly channels: Readonly<Record<string, Channel>>;
  readonly log: Pick<StageLog, 'info' | 'warn' | 'error'>;
}

type WithoutAddressee<M extends Message> = M extends Message ? Omit<M, 'to' | 'contactId'> : never;
/** Everything but the addressee, which the delivery names. */
export type Unaddressed = WithoutAddressee<Message>;

/** A server may tarpit or greylist for most of a minute; what takes longer is cut off, so that no try outlives its claim. */
export const SEND_LIMIT_MS = 60_000;
/** Longer than the activity itself may run, so that a try that Temporal gave up can never overlap the next one. */
export const LEASE_MS = STAGES.messages.startToCloseMs + 30_000;
/** The last moment at which a result is still ours to record: a little before the claim ends. */
const RECORD_LIMIT_MS = LEASE_MS - 10_000;
/** Often enough to catch a database that restarts, seldom enough to let it. */
const RECORD_AGAIN_MS = 1_000;

/**
 * A text message or call that the provider may have taken is not sent again before its status callback had time to say so: providers of those know no
 * repeats by themselves, and a minute late is better than twice. Where no callback comes, the doubt is counted.
 */
const DOUBT_MS = 60_000;
const WITHOUT_IDEMPOTENCE: readonly string[] = ['sms', 'call'];

/** `write` makes the messages of those that are due, and may fail for want of a database or a disk. */
export async function deliverDue(
  id: string, ports: DeliveryPorts, write: (due: readonly DueDelivery[]) => Promise<(delivery: DueDelivery) => Unaddressed | undefined>,
): Promise<MessageReport> {
  let delivered = 0;
  const due = await ports.outbox.due(id);
  if (due.length > 0) {
    // Everything that can fail for want of a database or a disk comes before the claim: a claim that ends without a call counts as a possible double.
    const messageOf = await write(due);
    const claimed = await ports.outbox.claimDue(id, LEASE_MS);
    const recordUntilMs = Date.now() + RECORD_LIMIT_MS;
    const outcomes = await Promise.all(claimed.map(async (delivery) => {
      // One that fell due since was not written: it waits for the next look, as if its provider had been away.
      const message = messageOf(delivery);
      const outcome = message === undefined ? UNWRITTEN : await attempt(delivery, message, ports);
      await record(delivery, outcome, recordUntilMs, ports);
      return outcome;
    }));
    delivered = outcomes.filter(({ kind }) => kind === 'delivered').length;
  }
  return { delivered, nextTryInMs: await ports.outbox.pendingFor(id) };
}

const UNWRITTEN: AttemptOutcome = { kind: 'unavailable', code: 'provider_unavailable', answer: 'fell due a moment later', mayHaveArrived: false, retryInMs: 0 };

/** Never throws: what goes wrong with one message is that message's outcome and nobody else's. */
async function attempt(delivery: ClaimedDelivery, message: Unaddressed, { channels, log }: DeliveryPorts): Promise<AttemptOutcome> {
  const { deliveryKey, contactId, channel: name, address, tries } = delivery;
  const startedAtMs = Date.now();
  try {
    const channel = channels[name];
    if (channel === undefined) throw new Failure('channel_not_configured', `no provider is set for channel ${name}`);
    const receipt = await channel.send({ ...message, writtenAt: delivery.writtenAt, to: address, contactId }, deliveryKey, AbortSignal.timeout(SEND_LIMIT_MS));
    log.info({ deliveryKey, tries, ms: Date.now() - startedAtMs, providerId: receipt.providerId }, 'message delivered');
    return { kind: 'delivered', receipt };
  } catch (error) {
    const outcome = outcomeOf(error, delivery);
    log.warn({ deliveryKey, tries, ms: Date.now() - startedAtMs, ...outcome, ...(outcome.code === 'internal' ? { err: error } : {}) }, 'message not delivered');
    return outcome;
  }
}

/** The code decides whether trying again can help, the channel for how long. A defect of ours waits for the release that mends it rather than losing the message. */
function outcomeOf(error: unknown, { deliveryKey, channel, tries }: ClaimedDelivery): Extract<AttemptOutcome, { code: FailureCode }> {
  const failure = failureIn(error);
  const code = failure?.code ?? 'internal';
  const answer = failure?.detail ?? (error instanceof Error ? error.message : String(error));
  if (failure !== undefined && !FAILURES[code].retryable) return { kind: 'refused', code, answer };
  const { mayHaveArrived = false, retryAfterMs = null } = (failure ?? {}) as Partial<ChannelFailure>;
  const waitMs = nextTryInMs({ deliveryKey, channel, tries, retryAfterMs });
  // Even then the provider may have it, which the answer says; but nobody will ever know by trying.
  if (waitMs === null) return { kind: 'refused', code: 'given_up', answer };
  return { kind: 'unavailable', code, answer, mayHaveArrived, retryInMs: mayHaveArrived && WITHOUT_IDEMPOTENCE.includes(channel) ? Math.max(waitMs, DOUBT_MS) : waitMs };
}

/** Holds on through an outage of the database, because a delivery that is not written down will be sent again. */
async function record(delivery: ClaimedDelivery, outcome: AttemptOutcome, untilMs: number, { outbox, log }: DeliveryPorts): Promise<void> {
  for (;;) {
    try {
      return await outbox.finish(delivery, outcome);
    } catch (error) {
      log.error({ deliveryKey: delivery.deliveryKey, outcome: outcome.kind, err: error }, 'outcome of a delivery not recorded yet');
      if (Date.now() + RECORD_AGAIN_MS > untilMs) return;
    }
    await new Promise((resolve) => { setTimeout(resolve, RECORD_AGAIN_MS); });
  }
}
