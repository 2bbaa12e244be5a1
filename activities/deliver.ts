/** Delivers the messages of an incident that are due: its words and its picture. */
import type { MessageActivities } from '../contracts/activities.ts';
import { boxText } from '../contracts/detection.ts';
import { Failure } from '../contracts/failures.ts';
import { alertText, pictureOf } from './alert-message.ts';
import { deliverDue } from './deliver-due.ts';
import type { DeliveryPorts } from './deliver-due.ts';
import { toApplicationFailure } from './failures.ts';
import type { AlertFacts, AlertFactSource } from './ports/alert-facts.ts';
import type { AlertMessage, AlertPicture } from './ports/channel.ts';
import type { DueDelivery } from './ports/outbox.ts';
import type { FrameStore } from './ports/frame-store.ts';
import type { PictureAnnotator } from './ports/picture-annotator.ts';

export interface DeliverPorts extends DeliveryPorts {
  readonly facts: AlertFactSource;
  readonly store: Pick<FrameStore, 'get'>;
  readonly annotator: PictureAnnotator;
  /** Where a person reads on; null without a public URL. */
  readonly linkTo: ((incidentId: string, contactId: string) => string) | null;
}

/** Decoding and drawing take a tenth of a second; a store that hangs must not hold an alert back. */
const PICTURE_LIMIT_MS = 10_000;

export function createDeliverActivities(ports: DeliverPorts): Pick<MessageActivities, 'deliverMessages'> {
  return {
    async deliverMessages({ incidentId }) {
      try {
        return await deliverDue(incidentId, ports, async (due) => {
          const written = await writeMessages(incidentId, due, ports);
          return ({ deliveryKey }) => written.get(deliveryKey);
        });
      } catch (error) {
        ports.log.error({ incidentId, err: error }, 'messages could not be looked after');
        throw toApplicationFailure(error);
      }
    },
  };
}

type Written = Omit<AlertMessage, 'to' | 'contactId'>;

/** Messages that show the same frame share its facts and its picture. */
async function writeMessages(incidentId: string, due: readonly DueDelivery[], ports: DeliverPorts): Promise<ReadonlyMap<string, Written>> {
  const written = new Map<string, Written>();
  const drawn = new Map<string, { facts: AlertFacts; picture: AlertPicture }>();
  for (const delivery of due) {
    const shown = delivery.frame?.frameId ?? '';
    const { facts, picture } = drawn.get(shown) ?? await drawFrame(incidentId, delivery, ports);
    drawn.set(shown, { facts, picture });
    written.set(delivery.deliveryKey, { ...alertText(facts, delivery), picture, link: ports.linkTo?.(incidentId, delivery.contactId) ?? null });
  }
  return written;
}

async function drawFrame(incidentId: string, { frame }: DueDelivery, ports: DeliverPorts): Promise<{ facts: AlertFacts; picture: AlertPicture }> {
  const facts = await ports.facts.factsOf(incidentId, frame);
  return { facts, picture: await drawPicture(facts, ports) };
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
