/** Delivers the messages of a digest that are due: what was held back, with the pictures of the worst of it. */
import type { MessageActivities } from '../contracts/activities.ts';
import { deliverDue } from './deliver-due.ts';
import type { DeliveryPorts } from './deliver-due.ts';
import { ENTRIES_TOLD, digestText } from './digest-message.ts';
import { PICTURE_LIMIT_MS, drawPicture } from './draw-picture.ts';
import type { PicturePorts } from './draw-picture.ts';
import { toApplicationFailure } from './failures.ts';
import type { DigestFactSource } from './ports/digest-facts.ts';
import type { DueDelivery } from './ports/outbox.ts';

export interface DeliverDigestPorts extends DeliveryPorts, Omit<PicturePorts, 'log'> {
  readonly facts: DigestFactSource;
  /** Where a person reads on; null without a public URL. */
  readonly linkTo: ((incidentId: string, contactId: string) => string) | null;
}

/** More pictures than this are no digest, and no mail that every server takes. */
export const PICTURES_SHOWN = 8;

export function createDeliverDigestActivities(ports: DeliverDigestPorts): Pick<MessageActivities, 'deliverDigest'> {
  return {
    async deliverDigest({ digestId }) {
      try {
        return await deliverDue(digestId, ports, async () => {
          const facts = await ports.facts.factsOf(digestId, ENTRIES_TOLD);
          // One limit for all of them: together they take no longer than the one of an alert may.
          const limit = AbortSignal.timeout(PICTURE_LIMIT_MS);
          const pictures = await Promise.all(facts.entries.slice(0, PICTURES_SHOWN).map((held) => drawPicture(held, 'thumbnail', limit, ports)));
          return ({ contactId }: DueDelivery) => digestText(facts, pictures, (incidentId) => ports.linkTo?.(incidentId, contactId) ?? null);
        });
      } catch (error) {
        ports.log.error({ digestId, err: error }, 'messages of a digest could not be looked after');
        throw toApplicationFailure(error);
      }
    },
  };
}
