/** Delivers the messages of an incident that are due: its words and its picture. */
import type { MessageActivities } from '../contracts/activities.ts';
import { alertText } from './alert-message.ts';
import { deliverDue } from './deliver-due.ts';
import type { DeliveryPorts } from './deliver-due.ts';
import { PICTURE_LIMIT_MS, drawPicture } from './draw-picture.ts';
import type { PicturePorts } from './draw-picture.ts';
import { toApplicationFailure } from './failures.ts';
import type { AlertFacts, AlertFactSource } from './ports/alert-facts.ts';
import type { AlertMessage, AlertPicture } from './ports/channel.ts';
import type { DueDelivery } from './ports/outbox.ts';

export interface DeliverPorts extends DeliveryPorts, Omit<PicturePorts, 'log'> {
  readonly facts: AlertFactSource;
  /** Where a person reads on; null without a public URL. */
  readonly linkTo: ((incidentId: string, contactId: string) => string) | null;
}

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
  return { facts, picture: await drawPicture(facts, 'message', AbortSignal.timeout(PICTURE_LIMIT_MS), ports) };
}
