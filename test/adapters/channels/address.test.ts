import { describe, expect, it } from 'vitest';
import { requireAddress } from '../../../adapters/channels/address.ts';
import { CHANNELS } from '../../../contracts/delivery.ts';
import type { Channel } from '../../../contracts/delivery.ts';

describe('an address that its channel can reach', () => {
  it.each<[Channel, string, string]>([
    ['email', ' anna@example.org ', 'anna@example.org'],
    ['email', "o'hara+yard@example.org", "o'hara+yard@example.org"],
    ['sms', '+49 170 1234567', '+491701234567'],
    ['sms', '+1 (212) 555-0100', '+12125550100'],
    ['call', '+49 (0)30 123456', '+4930123456'],
    ['call', '+390669821234', '+390669821234'],
    ['webhook', 'https://Example.org/alerts?site=yard', 'https://example.org/alerts?site=yard'],
    ['webhook', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
    ['pagerduty', 'night-shift_2.x', 'night-shift_2.x'],
    ['nagios', 'yard gate/Camera 1.front', 'yard gate/Camera 1.front'],
  ])('of %s is kept in one form: %j', (channel, given, kept) => {
    expect(requireAddress(channel, given)).toBe(kept);
    expect(requireAddress(channel, kept)).toBe(kept);
  });
});

describe('an address that its channel cannot reach is refused with what one looks like', () => {
  const refused: Readonly<Record<Channel, readonly string[]>> = {
    email: ['anna', 'anna@example.org, ben@example.org', 'Anna <anna@example.org>', 'anna@example.org\r\nBcc: ben@example.org', `${'a'.repeat(65)}@example.org`],
    sms: ['0170 1234567', '00491701234567', '+49', '+999 123456', '+4912345678901234567', '+49 170 1234567 x3', '+49 170 ABCDEFG', '+٤٩٣٠١٢٣٤٥٦', '+1 555 0100'],
    call: ['tel:+4930123456', '+49 30 123456;ext=3', 'sip:anna@example.org'],
    webhook: ['example.org', 'ftp://example.org', 'https://anna:geheim@example.org', 'https://anna@example.org', 'https://example.org/#top', 'https://', 'https://exa mple.org'],
    pagerduty: ['-night', 'night shift', 'n'.repeat(64), 'nacht/schicht'],
    nagios: ['yard', 'yard/', '/cameras', 'yard/cameras/1', 'yard;x/cameras', 'yard/cam\nera', `${'h'.repeat(64)}/s`],
  };

  it.each(CHANNELS.flatMap((channel) => ['', '  ', ...refused[channel]].map((address) => [channel, address] as const)))('%s: %j', (channel, address) => {
    expect(() => requireAddress(channel, address)).toThrow(/^address_malformed: the address must be .* such as |^address_malformed: the address must be the name of a routing key/);
  });

  it('without repeating what was given, which may hold a password', () => {
    expect(() => requireAddress('webhook', 'https://anna:geheim@example.org')).not.toThrow(/geheim/);
  });
});
