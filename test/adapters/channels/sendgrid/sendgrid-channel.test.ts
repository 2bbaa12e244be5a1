import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChannelFailure, ClosableChannel } from '../../../../activities/ports/channel.ts';
import { emailOf, parseSender } from '../../../../adapters/channels/email/email-message.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';
import { createSendgridChannel } from '../../../../adapters/channels/sendgrid/sendgrid-channel.ts';
import type { SendgridOptions } from '../../../../adapters/channels/sendgrid/sendgrid-channel.ts';
import { startApiFront } from '../api-front.ts';
import type { ApiFault, ApiFront } from '../api-front.ts';
import { DELIVERY_KEY, INCIDENT, PICTURE, alertExample } from '../email/alert-example.ts';
import { specOf, startPrism } from '../prism.ts';
import type { Prism } from '../prism.ts';

const SPEC = specOf('sendgrid-mail-send.openapi.json');
if (SPEC.missing !== undefined) console.warn(`SKIPPED: mail through SendGrid's own description, because ${SPEC.missing}`);

const FROM = 'Watchpost <alerts@watchpost.test>';
const API_KEY = 'SG.s3cret-of-the-account';

interface SentMail {
  readonly personalizations: readonly { readonly to: unknown; readonly headers: Record<string, string>; readonly custom_args: unknown }[];
  readonly content: readonly { readonly type: string; readonly value: string }[];
  readonly attachments?: readonly { readonly content: string; readonly content_id: string }[];
  readonly [name: string]: unknown;
}

describe.skipIf(SPEC.missing !== undefined)(`SendGrid${SPEC.missing === undefined ? '' : ` (skipped: ${SPEC.missing})`}`, () => {
  let prism: Prism;
  beforeAll(async () => { prism = await startPrism(SPEC.path); });
  afterAll(() => prism.stop());

  const open: { stop(): unknown }[] = [];
  afterEach(async () => { for (const each of open.splice(0).reverse()) await each.stop(); });

  async function peer(fault?: (nth: number) => ApiFault | undefined, options: Partial<SendgridOptions> = {}): Promise<{ front: ApiFront; channel: ClosableChannel }> {
    const front = await startApiFront(prism.url, fault, { 'x-message-id': 'sg-1' });
    const channel = createSendgridChannel({ apiKey: API_KEY, baseUrl: front.url, from: FROM, ...options });
    open.push(front, { stop: () => channel.close() });
    return { front, channel };
  }
  const sent = (front: ApiFront): SentMail => front.received[0]?.body as SentMail;
  const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
    sending.then(() => { throw new Error('it was sent'); }, (error: ChannelFailure) => error);

  describe('a message that is taken', () => {
    it('is one that the description of its API allows, and comes back with the id that SendGrid gave', async () => {
      const { front, channel } = await peer();
      expect(await channel.send(alertExample(), DELIVERY_KEY)).toEqual({ provider: 'sendgrid', providerId: 'sg-1', answer: '202 accepted', units: null, cost: null });
      expect(front.received).toMatchObject([{ path: '/v3/mail/send', headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' } }]);
    });

    it('has its Message-ID for an id where SendGrid gives none', async () => {
      const channel = createSendgridChannel({ apiKey: API_KEY, baseUrl: prism.url, from: FROM });
      open.push({ stop: () => channel.close() });
      expect(await channel.send(alertExample(), DELIVERY_KEY)).toMatchObject({ providerId: messageIdOf(DELIVERY_KEY, 'watchpost.test') });
    });

    it.each([
      ['an alert with its picture', alertExample()],
      ['an alert without', alertExample({ picture: { missing: 'the frame is gone' } })],
      ['a notice', { about: 'notice' as const, to: 'anna@example.com', contactId: 'anna', noticeId: 'n1', telling: 'opened' as const, sentence: 'Camera Back door shows nothing', facts: [['Camera', 'Back door'] as const], advice: [] }],
    ])('says and shows what goes over SMTP: %s', async (_, message) => {
      const { front, channel } = await peer();
      await channel.send(message, DELIVERY_KEY);
      const smtp = emailOf(message, DELIVERY_KEY, parseSender(FROM));
      const { personalizations: [only], attachments = [], ...mail } = sent(front);
      expect(mail).toMatchObject({
        from: { email: 'alerts@watchpost.test', name: 'Watchpost' }, subject: smtp.subject,
        content: [{ type: 'text/plain', value: smtp.text }, { type: 'text/html', value: smtp.html }],
      });
      expect(only).toEqual({
        to: [{ email: 'anna@example.com' }], headers: { 'Message-ID': smtp.messageId, References: smtp.references, ...smtp.headers }, custom_args: { watchpost_delivery: DELIVERY_KEY },
      });
      expect(attachments).toEqual(smtp.attachments.map(({ cid, content }) => ({
        content: content.toString('base64'), content_id: cid, filename: 'alert.jpg', type: 'image/jpeg', disposition: 'inline',
      })));
    });

    it('shows the picture within it, byte for byte', async () => {
      const { front, channel } = await peer();
      await channel.send(alertExample(), DELIVERY_KEY);
      const [picture] = sent(front).attachments ?? [];
      expect(Buffer.from(picture?.content ?? '', 'base64').equals(PICTURE)).toBe(true);
      expect(sent(front).content[1]?.value).toContain(`src="cid:${picture?.content_id}"`);
    });

    it('keeps its links as they are and cannot be unsubscribed from, whatever the account has set', async () => {
      const { front, channel } = await peer();
      await channel.send(alertExample(), DELIVERY_KEY);
      expect(sent(front)).toMatchObject({ tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false }, subscription_tracking: { enable: false } } });
    });

    it('names no header that SendGrid keeps to itself, and none that was smuggled in', async () => {
      const { front, channel } = await peer();
      await channel.send(alertExample({ sentence: 'Person\r\nBcc: spy@example.com', incidentId: 'i\r\nX-Evil: ü' }), DELIVERY_KEY);
      const { headers = {} } = sent(front).personalizations[0] ?? {};
      const reserved = 'x-sg-id x-sg-eid received dkim-signature content-type content-transfer-encoding to from subject reply-to cc bcc'.split(' ');
      expect(Object.keys(headers).filter((name) => reserved.includes(name.toLowerCase()))).toEqual([]);
      expect(Object.values(headers).join('')).toMatch(/^[\x20-\x7e]+$/);
      expect(sent(front).subject).toBe('Person Bcc: spy@example.com');
      expect(front.received[0]?.headers).not.toHaveProperty('x-watchpost-incident');
    });
  });

  describe('a message that is refused for good', () => {
    it('for an address that the description of its API does not allow', async () => {
      const { channel } = await peer();
      expect(await failureOf(channel.send(alertExample({ to: 'anna@exa..mple' }), DELIVERY_KEY))).toMatchObject({ code: 'message_refused', mayHaveArrived: false });
    });

    it('for an address that is not one mailbox, before SendGrid is asked', async () => {
      const { front, channel } = await peer();
      expect(await failureOf(channel.send(alertExample({ to: 'anna@example.com, eve@example.com' }), DELIVERY_KEY))).toMatchObject({ code: 'recipient_refused' });
      expect(front.received).toEqual([]);
    });

    it.each([
      ['recipient_refused', 400, { message: 'Does not contain a valid address.', field: 'personalizations.0.to.0.email' }],
      ['recipient_refused', 400, { message: 'Invalid address', field: 'personalizations.0.to' }],
      ['message_refused', 400, { message: 'The subject is required.', field: 'subject' }],
      ['message_refused', 400, { message: 'Bad', field: null }],
      ['message_refused', 413, { message: 'The JSON payload is too large', field: null }],
      ['provider_auth_failed', 401, { message: 'The provided authorization grant is invalid, expired, or revoked', field: null }],
      ['provider_auth_failed', 403, { message: 'The from address does not match a verified Sender Identity.', field: 'from' }],
    ])('as %s when the answer is %i %j', async (code, status, complaint) => {
      const { channel } = await peer(() => ({ status, body: { errors: [complaint] } }));
      const failure = await failureOf(channel.send(alertExample(), DELIVERY_KEY));
      expect(failure).toMatchObject({ code, mayHaveArrived: false });
      expect(failure.detail).toBe(`${status} ${complaint.message}${complaint.field === null ? '' : ` (${complaint.field})`}`);
    });

    it('for a wrong key, which stands nowhere in what is thrown', async () => {
      const { channel } = await peer(() => ({ status: 401, body: { errors: [{ message: `key ${API_KEY} is unknown` }] } }));
      const failure = await failureOf(channel.send(alertExample(), DELIVERY_KEY));
      expect(failure).toMatchObject({ code: 'provider_auth_failed', detail: '401 key *** is unknown' });
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('s3cret');
    });
  });

  describe('a message that may go out later', () => {
    it('when there were too many: as long as SendGrid asks for', async () => {
      const resetsAt = Math.floor(Date.now() / 1000) + 90;
      const { channel } = await peer((nth) => ({ status: 429, headers: Object.fromEntries([nth === 1 ? ['retry-after', '7'] : ['x-ratelimit-reset', String(resetsAt)]]), body: { errors: [{ message: 'too many requests' }] } }));
      expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false, retryAfterMs: 7_000 });
      const { retryAfterMs } = await failureOf(channel.send(alertExample(), DELIVERY_KEY));
      expect(retryAfterMs).toBeGreaterThan(80_000);
      expect(retryAfterMs).toBeLessThanOrEqual(90_000);
    });

    it('when the mails of the plan are used up, which is answered as if the key were wrong', async () => {
      const { channel } = await peer(() => ({ status: 401, body: { errors: [{ message: 'Maximum credits exceeded', field: null }] } }));
      expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable' });
    });

    it.each([[500, false], [503, false], [502, true], [504, true], [302, false], [404, false]])('when the answer is %i: whether it may have arrived is %s', async (status, mayHaveArrived) => {
      const { channel } = await peer(() => ({ status, headers: { location: 'https://elsewhere.example/' } }));
      expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived });
    });

    it('when the line breaks before it was handed over: it cannot have arrived', async () => {
      const { channel } = await peer(() => 'early');
      const picture = { jpeg: Buffer.alloc(12_000_000, 1), description: 'large' };
      expect(await failureOf(channel.send(alertExample({ picture }), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    });

    it.each(['drop', 'lost'] as const)('when the line breaks after it (%s): it may have arrived, and the next try says the same Message-ID and key', async (fault) => {
      const { front, channel } = await peer((nth) => (nth === 1 ? fault : undefined));
      expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true });
      await channel.send(alertExample(), DELIVERY_KEY);
      expect(front.received).toHaveLength(2);
      expect(front.received[0]?.body).toEqual(front.received[1]?.body);
    });

    it('when nobody listens', async () => {
      const { front, channel } = await peer();
      await front.stop();
      const failure = await failureOf(channel.send(alertExample(), DELIVERY_KEY));
      expect(failure).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
      expect(failure.detail).toMatch(/ECONNREFUSED/);
    });

    it('when no answer comes for long', async () => {
      const { channel } = await peer(() => 'hang', { timeouts: { silenceMs: 200 } });
      expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true });
    });
  });

  describe('a send that is cut off', () => {
    it('ends its connection at once, and says that the message may have arrived', async () => {
      const { front, channel } = await peer(() => 'hang');
      const cut = new AbortController();
      const sending = failureOf(channel.send(alertExample(), DELIVERY_KEY, cut.signal));
      await vi.waitFor(() => expect(front.received).toHaveLength(1));
      cut.abort();
      expect(await sending).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true, detail: expect.stringContaining('cut off') });
      await vi.waitFor(() => expect(front.openConnections()).toBe(0));
    });

    it('before it began never leaves the process', async () => {
      const { front, channel } = await peer();
      expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY, AbortSignal.abort()))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
      expect(front.received).toEqual([]);
    });
  });

  it('all mails of one incident are one conversation', async () => {
    const { front, channel } = await peer();
    await channel.send(alertExample(), DELIVERY_KEY);
    expect(sent(front).personalizations[0]?.headers.References).toBe(messageIdOf(INCIDENT, 'watchpost.test'));
  });
});

it.each(['SG.key with-a-space', 'SG.schlüssel', ''])('a key that no header can hold is refused and not repeated: %j', (apiKey) => {
  const refusal = (() => { try { createSendgridChannel({ apiKey, from: FROM }); } catch (error) { return error as Error; } return undefined; })();
  expect(refusal).toMatchObject({ code: 'setting_invalid' });
  if (apiKey !== '') expect(refusal?.message).not.toContain(apiKey);
});
