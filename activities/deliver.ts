/** Delivers the messages of an incident that are due: words, picture, provider, and a trace of every try. */
import type { MessageActivities } from '../contracts/activities.ts';
import { FAILURES, Failure, failureIn } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { MessageReport } from '../contracts/incident.ts';
import { STAGES } from '../contracts/stages.ts';
import { alertText, boxText, pictureOf } from './alert-message.ts';
import { toApplicationFailure } from './failures.ts';
import type { AlertFacts, AlertFactSource } from './ports/alert-facts.ts';
import type { AlertMessage, AlertPicture, Channel, ChannelFailure } from './ports/channel.ts';
import type { FrameStore } from './ports/frame-store.ts';
import type { AttemptOutcome, ClaimedDelivery, Outbox } from './ports/outbox.ts';
import type { PictureAnnotator } from './ports/picture-annotator.ts';
import type { StageLog } from './stage-run.ts';

export interface DeliverPorts {
  readonly outbox: Outbox;
  readonly facts: AlertFactSource;
  readonly store: Pick<FrameStore, 'get'>;
  readonly annotator: PictureAnnotator;
  /** By name of contracts/delivery.ts CHANNELS. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** Where a person reads on; null without a public URL. */
  readonly linkTo: ((incidentId: string) => string) | null;
  readonly log: Pick<StageLog, 'info' | 'warn' | 'error'>;
}

/** A server may tarpit or greylist for most of a minute; what takes longer is cut off, so that no try outlives its claim. */
export const SEND_LIMIT_MS = 60_000;
/** Longer than the activity itself may run, so that a try that Temporal gave up can never overlap the next one. */
export const LEASE_MS = STAGES.messages.startToCloseMs + 30_000;
/** The last moment at which a result is still ours to record: a little before the claim ends. */
const RECORD_LIMIT_MS = LEASE_MS - 10_000;
/** Often enough to catch a database that restarts, seldom enough to let it. */
const RECORD_AGAIN_MS = 1_000;
/** Decoding and drawing take a tenth of a second; a store that hangs must not hold an alert back. */
const PICTURE_LIMIT_MS = 10_000;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/**
 * Soon at first, for a server that restarts; a minute and five, where greylisting lets a repeat through; then every
 * quarter of an hour, which a provider that is down all night does not mind and a person does not notice. It never ends:
 * a message is given up only when the provider refuses it.
 */
const RETRY_DELAYS_MS = [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];
export const retryDelayMs = (tries: number): number => RETRY_DELAYS_MS[Math.min(tries, RETRY_DELAYS_MS.length) - 1] ?? 5 * SECOND_MS;

export function createDeliverActivities(ports: DeliverPorts): Pick<MessageActivities, 'deliverMessages'> {
  return {
    async deliverMessages({ incidentId }) {
      try {
        return await deliverDue(incidentId, ports);
      } catch (error) {
        ports.log.error({ incidentId, err: error }, 'messages could not be looked after');
        throw toApplicationFailure(error);
      }
    },
  };
}

async function deliverDue(incidentId: string, ports: DeliverPorts): Promise<MessageReport> {
  let delivered = 0;
  if (await ports.outbox.pendingFor(incidentId) === 0) {
    // Everything that can fail for want of a database or a disk comes before the claim: a claim that ends without a call counts as a possible double.
    const message = await writeMessage(incidentId, ports);
    const claimed = await ports.outbox.claimDue(incidentId, LEASE_MS);
    const recordUntilMs = Date.now() + RECORD_LIMIT_MS;
    const outcomes = await Promise.all(claimed.map(async (delivery) => {
      const outcome = await attempt(delivery, message, ports);
      await record(delivery, outcome, recordUntilMs, ports);
      return outcome;
    }));
    delivered = outcomes.filter(({ kind }) => kind === 'delivered').length;
  }
  return { delivered, nextTryInMs: await ports.outbox.pendingFor(incidentId) };
}

/** Never throws: what goes wrong with one message is that message's outcome and nobody else's. */
async function attempt(delivery: ClaimedDelivery, message: Omit<AlertMessage, 'to'>, { channels, log }: DeliverPorts): Promise<AttemptOutcome> {
  const { deliveryKey, channel: name, address, tries } = delivery;
  const startedAtMs = Date.now();
  try {
    const channel = channels[name];
    if (channel === undefined) throw new Failure('channel_unsupported', `no adapter for channel ${name}`);
    const receipt = await channel.send({ ...message, to: address }, deliveryKey, AbortSignal.timeout(SEND_LIMIT_MS));
    log.info({ deliveryKey, tries, ms: Date.now() - startedAtMs, providerId: receipt.providerId }, 'message delivered');
    return { kind: 'delivered', receipt };
  } catch (error) {
    const outcome = outcomeOf(error, tries);
    log.warn({ deliveryKey, tries, ms: Date.now() - startedAtMs, ...outcome, ...(outcome.code === 'internal' ? { err: error } : {}) }, 'message not delivered');
    return outcome;
  }
}

/** The code decides whether trying again can help. A defect of ours waits for the release that mends it rather than losing the message. */
function outcomeOf(error: unknown, tries: number): Extract<AttemptOutcome, { code: FailureCode }> {
  const failure = failureIn(error);
  const code = failure?.code ?? 'internal';
  const answer = failure?.detail ?? (error instanceof Error ? error.message : String(error));
  if (failure !== undefined && !FAILURES[code].retryable) return { kind: 'refused', code, answer };
  const mayHaveArrived = (failure as ChannelFailure | undefined)?.mayHaveArrived ?? false;
  return { kind: 'unavailable', code, answer, mayHaveArrived, retryInMs: retryDelayMs(tries) };
}

/** Holds on through an outage of the database, because a delivery that is not written down will be sent again. */
async function record(delivery: ClaimedDelivery, outcome: AttemptOutcome, untilMs: number, { outbox, log }: DeliverPorts): Promise<void> {
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

async function writeMessage(incidentId: string, ports: DeliverPorts): Promise<Omit<AlertMessage, 'to'>> {
  const facts = await ports.facts.factsOf(incidentId);
  return { ...alertText(facts), picture: await drawPicture(facts, ports), link: ports.linkTo?.(incidentId) ?? null };
}

async function drawPicture(facts: AlertFacts, { store, annotator, log }: DeliverPorts): Promise<AlertPicture> {
  const { picture, evidence, incidentId, frameId } = facts;
  const limit = AbortSignal.timeout(PICTURE_LIMIT_MS);
  try {
    if (picture === null) throw new Failure('picture_unavailable', 'the frame has no picture any more');
    const drawing = store.get(picture.sha256)
      .then((jpeg) => annotator.annotate(jpeg, picture.size, evidence.map((detection) => ({ box: detection.box, text: boxText(detection) }))));
    return pictureOf(facts, await Promise.race([drawing, abortOf(limit)]));
  } catch (error) {
    log.warn({ incidentId, frameId, err: error }, 'message goes out without its picture');
    return { missing: 'the picture of this moment could not be had' };
  }
}

const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason), { once: true }); });
