import { describe, expect, it } from 'vitest';
import { deliveryKeyOf, deliveryPartsOf, noticeDeliveryKeyOf, tellingOf } from '../../contracts/delivery.ts';

const INCIDENT = { incidentId: '0199a0c4-1111-7000-8000-000000000001', level: 0, round: 0, channel: 'email', contactId: 'anna:work' } as const;
const NOTICE = { noticeId: '0199a0c4-1111-7000-8000-000000000002', telling: 'well', channel: 'email', contactId: 'email:work' } as const;

describe('a delivery key', () => {
  it('of an incident reads back', () => {
    expect(deliveryPartsOf(deliveryKeyOf(INCIDENT))).toEqual(INCIDENT);
    expect(tellingOf(deliveryKeyOf(INCIDENT))).toBeUndefined();
  });

  it('of a notice says what the message tells, and is of no incident', () => {
    expect(noticeDeliveryKeyOf(NOTICE)).toBe('notice-0199a0c4-1111-7000-8000-000000000002:well:email:email:work');
    expect(tellingOf(noticeDeliveryKeyOf(NOTICE))).toBe('well');
    expect(deliveryPartsOf(noticeDeliveryKeyOf(NOTICE))).toBeUndefined();
  });

  it.each(['', 'notice-1', 'notice-1:loudly:email:anna', '1:well:email:anna'])('%j is of no notice', (key) => {
    expect(tellingOf(key)).toBeUndefined();
  });
});
