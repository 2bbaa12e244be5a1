/** Delivers the messages of an equipment notice that are due. */
import type { MessageActivities } from '../contracts/activities.ts';
import { tellingOf } from '../contracts/delivery.ts';
import { deliverDue } from './deliver-due.ts';
import type { DeliveryPorts } from './deliver-due.ts';
import { toApplicationFailure } from './failures.ts';
import { noticeText } from './notice-message.ts';
import type { DueDelivery } from './ports/outbox.ts';
import type { NoticeFactSource } from './ports/notice-facts.ts';

export interface DeliverNoticePorts extends DeliveryPorts {
  readonly facts: NoticeFactSource;
}

export function createDeliverNoticeActivities(ports: DeliverNoticePorts): Pick<MessageActivities, 'deliverNotice'> {
  return {
    async deliverNotice({ noticeId }) {
      try {
        return await deliverDue(noticeId, ports, async () => {
          const facts = await ports.facts.factsOf(noticeId);
          return ({ deliveryKey }: DueDelivery) => noticeText(facts, tellingOf(deliveryKey) ?? 'opened');
        });
      } catch (error) {
        ports.log.error({ noticeId, err: error }, 'messages of a notice could not be looked after');
        throw toApplicationFailure(error);
      }
    },
  };
}
