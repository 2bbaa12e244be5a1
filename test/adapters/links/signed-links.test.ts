import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contactMark, createLinks } from '../../../adapters/links/signed-links.ts';
import { createWebhookSecrets } from '../../../adapters/links/webhook-secret.ts';

const SECRET = 'a secret that signs links in tests';
const DAY_MS = 86_400_000;
const NOON = Date.parse('2026-03-01T12:00:00Z');
const INCIDENT = '01a1fd50-bf90-7a65-98b6-7f2402f97040';

const linksAt = (nowMs: number, { secret = SECRET, days = 7 } = {}) => createLinks({ secret, publicUrl: 'https://watch.example.org', days, now: () => nowMs });
const tokenAt = (nowMs: number, incidentId = INCIDENT, contactId = 'anna-sms'): string => linksAt(nowMs).linkTo!(incidentId, contactId).split('/i/')[1]!;
const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'read';
};

describe('a link', () => {
  it('leads to its incident and its contact, and fits a text message', () => {
    fc.assert(fc.property(fc.uuid(), fc.string({ minLength: 1 }), (incidentId, contactId) => {
      const link = linksAt(NOON).linkTo!(incidentId, contactId);
      expect(link).toMatch(/^https:\/\/watch\.example\.org\/i\/[\w-]{48}$/);
      expect(linksAt(NOON).read(link.slice(-48))).toEqual({ incidentId, contactMark: contactMark(contactId) });
    }));
  });

  it('is the same at every try of the day, and differs for others', () => {
    const morning = tokenAt(Date.parse('2026-03-01T00:00:01Z'));
    expect(tokenAt(Date.parse('2026-03-01T23:59:59Z'))).toBe(morning);
    expect(tokenAt(Date.parse('2026-03-02T00:00:01Z'))).not.toBe(morning);
    expect(tokenAt(NOON, INCIDENT, 'bert-sms')).not.toBe(morning);
  });

  it('works for the days of the setting, and less than one more', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 365 }), (madeMs, days) => {
      const token = linksAt(madeMs, { days }).linkTo!(INCIDENT, 'anna-sms').slice(-48);
      expect(codeOf(() => linksAt(madeMs + days * DAY_MS - 1).read(token))).toBe('read');
      expect(codeOf(() => linksAt(madeMs + (days + 1) * DAY_MS).read(token))).toBe('link_expired');
    }));
  });

  it('is refused with any bit of it changed, also when it has ended', () => {
    fc.assert(fc.property(fc.uuid(), fc.integer({ min: 0, max: 36 * 8 - 1 }), fc.boolean(), (incidentId, bit, ended) => {
      const bytes = Buffer.from(tokenAt(NOON, incidentId), 'base64url');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => linksAt(ended ? NOON + 30 * DAY_MS : NOON).read(bytes.toString('base64url')))).toBe('link_invalid');
    }), { numRuns: 500 });
  });

  it('is refused with any byte of it changed to any other', () => {
    const token = Buffer.from(tokenAt(NOON), 'base64url');
    for (let place = 0; place < token.length; place += 1) {
      for (let change = 1; change < 256; change += 1) {
        const altered = Buffer.from(token);
        altered[place]! ^= change;
        expect(codeOf(() => linksAt(NOON).read(altered.toString('base64url')))).toBe('link_invalid');
      }
    }
  });

  it('is refused under another secret', () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }).filter((secret) => secret !== SECRET), (secret) => {
      expect(codeOf(() => linksAt(NOON, { secret }).read(tokenAt(NOON)))).toBe('link_invalid');
    }));
  });

  it('is refused when it is cut, prolonged, written otherwise or something else altogether', () => {
    const token = tokenAt(NOON);
    const others = [token.slice(0, -1), `${token}A`, `${token}=`, ` ${token}`, `${token}\n`, token.slice(0, -1).concat('+'), '', 'x'.repeat(48), token.replace(/.$/, '/')];
    for (const other of others) expect(codeOf(() => linksAt(NOON).read(other)), JSON.stringify(other)).toBe('link_invalid');
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => { expect(codeOf(() => linksAt(NOON).read(text))).toBe('link_invalid'); }));
  });

  it('cannot be made without a public URL, and can still be read', () => {
    const links = createLinks({ secret: SECRET, publicUrl: undefined, days: 7, now: () => NOON });
    expect(links.linkTo).toBeNull();
    expect(links.read(tokenAt(NOON)).incidentId).toBe(INCIDENT);
  });
});

describe('the secret of a webhook', () => {
  const secretOf = createWebhookSecrets(SECRET);

  it('is written as Standard Webhooks writes it, with the 32 bytes that it asks for', () => {
    const secret = secretOf('anna-hook');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  });

  it('is the same at every start, another for every contact, and another under another signing secret', () => {
    expect(createWebhookSecrets(SECRET)('anna-hook')).toBe(secretOf('anna-hook'));
    expect(new Set([secretOf('anna-hook'), secretOf('bert-hook'), createWebhookSecrets('another')('anna-hook')]).size).toBe(3);
  });
});
