import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChannelFailure } from '../../../../activities/ports/channel.ts';
import { createEmailChannel } from '../../../../adapters/channels/email/email-channel.ts';
import type { ClosableChannel } from '../../../../activities/ports/channel.ts';
import type { EmailOptions } from '../../../../adapters/channels/email/email-channel.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';
import { DELIVERY_KEY, INCIDENT, PICTURE, alertExample } from './alert-example.ts';
import { checkDkim } from './dkim-verifier.ts';
import { startFaultServer } from './fault-server.ts';
import type { FaultServer, Faults } from './fault-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const noPicture = { missing: 'gone' };

async function peer(faults: Faults = {}, options: Partial<EmailOptions> = {}): Promise<{ server: FaultServer; channel: ClosableChannel }> {
  const server = await startFaultServer(faults);
  const channel = createEmailChannel({ smtpUrl: server.url, from: 'Watchpost <alerts@watchpost.test>', ...options });
  open.push(server, channel);
  return { server, channel };
}

const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
  sending.then(() => { throw new Error('it was sent'); }, (error: ChannelFailure) => error);

describe('a message that is taken', () => {
  it('returns what the server answered, and its Message-ID where the server gives no id', async () => {
    const { channel } = await peer();
    const receipt = await channel.send(alertExample(), DELIVERY_KEY);
    expect(receipt.answer).toMatch(/^250 .*OK id=test/);
    expect(receipt.providerId).toBe(messageIdOf(DELIVERY_KEY, 'watchpost.test'));
  });

  it('carries the sentence as subject, both bodies, the picture inside and the headers of an automatic message', async () => {
    const { server, channel } = await peer();
    await channel.send(alertExample(), DELIVERY_KEY);
    const [mail] = server.received;
    expect(mail).toMatchObject({
      subject: 'Person, 02:14, camera Back door', from: { name: 'Watchpost', address: 'alerts@watchpost.test' }, to: [{ address: 'anna@example.com' }],
      messageId: messageIdOf(DELIVERY_KEY, 'watchpost.test'), references: messageIdOf(INCIDENT, 'watchpost.test'),
    });
    expect(Date.parse(mail?.date ?? '')).not.toBeNaN();
    const header = (key: string) => mail?.headers.find((each) => each.key === key)?.value;
    expect([header('auto-submitted'), header('x-watchpost-incident')]).toEqual(['auto-generated', INCIDENT]);
    expect(mail?.text).toContain('person with probability > 80%: 87 %');
    const [picture] = mail?.attachments ?? [];
    expect(picture).toMatchObject({ mimeType: 'image/jpeg', disposition: 'inline', related: true });
    expect(Buffer.from(picture?.content as ArrayBuffer).equals(PICTURE)).toBe(true);
    expect(mail?.html).toContain(`src="cid:${picture?.contentId?.slice(1, -1)}"`);
  });

  it('keeps letters of every script in the subject and the names', async () => {
    const { server, channel } = await peer();
    const sentence = 'Личность, 02:14, camera Hintertür 裏口 🚪';
    await channel.send(alertExample({ sentence }), DELIVERY_KEY);
    expect(server.received[0]).toMatchObject({ subject: sentence });
  });

  it('has no header that was smuggled in with a name', async () => {
    const { server, channel } = await peer();
    await channel.send(alertExample({ sentence: 'Person\r\nBcc: spy@example.com\r\n\r\nnew body', deviceName: 'x\r\nX-Evil: 1', incidentId: 'i\r\nX-Evil: 1' }), DELIVERY_KEY);
    const keys = server.received[0]?.headers.map(({ key }) => key) ?? [];
    expect(keys).not.toContain('bcc');
    expect(keys).not.toContain('x-evil');
    expect(keys.filter((key) => key === 'subject')).toHaveLength(1);
    expect(server.recipients).toEqual(['anna@example.com']);
  });
});

describe('a message that is refused for good', () => {
  it('for its recipient, by the server', async () => {
    const { channel } = await peer({ recipient: () => 550 });
    expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'recipient_refused', mayHaveArrived: false });
  });

  it.each(['anna@example.com, eve@example.com', 'anna', 'anna@example.com\r\nRCPT TO:<eve@example.com>', '<anna@example.com>', ''])(
    'for an address that is not one mailbox, before any server is asked: %j', async (to) => {
      const { server, channel } = await peer();
      expect(await failureOf(channel.send(alertExample({ to }), DELIVERY_KEY))).toMatchObject({ code: 'recipient_refused' });
      expect(server.recipients).toEqual([]);
    });

  it('for itself, after DATA', async () => {
    const { channel } = await peer({ message: () => 554 });
    expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'message_refused', mayHaveArrived: false });
  });

  it('for our credentials, which stand nowhere in what is thrown', async () => {
    const { server } = await peer({ login: { user: 'me', pass: 'right', replyOtherwise: 535 } });
    const wrong = createEmailChannel({ smtpUrl: `smtp://me:wr0ng-pass@127.0.0.1:${server.port}`, from: 'alerts@watchpost.test' });
    open.push(wrong);
    const failure = await failureOf(wrong.send(alertExample(), DELIVERY_KEY));
    expect(failure).toMatchObject({ code: 'provider_auth_failed', mayHaveArrived: false });
    expect(failure.detail).toContain('535');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/wr0ng-pass|d3Iwbmct/);
  });
});

describe('a message that may go out later', () => {
  it.each([
    ['its recipient is greylisted', { recipient: () => 451 }],
    ['it is put off after DATA', { message: () => 451 }],
    ['the line breaks before it was handed over', { recipient: () => 'drop' as const }],
    ['the login is put off', { login: { user: 'me', pass: 'right', replyOtherwise: 454 } }],
  ] as [string, Faults][])('when %s: it cannot have arrived', async (_, faults) => {
    const { server, channel } = await peer(faults);
    const sender = faults.login ? createEmailChannel({ smtpUrl: `smtp://me:x@127.0.0.1:${server.port}`, from: 'a@b.test' }) : channel;
    open.push(sender);
    expect(await failureOf(sender.send(alertExample({ picture: noPicture }), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
  });

  it('when the line breaks after DATA: it may have arrived, and the next try says the same Message-ID', async () => {
    const { server, channel } = await peer({ message: (nth) => (nth === 1 ? 'drop' : undefined) });
    expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true });
    await channel.send(alertExample(), DELIVERY_KEY);
    expect(server.received.map(({ messageId }) => messageId)).toEqual(Array(2).fill(messageIdOf(DELIVERY_KEY, 'watchpost.test')));
  });

  it('when the server never greets', async () => {
    const { channel } = await peer({ greeting: () => 'never' }, { timeouts: { connectMs: 100 } });
    const failure = await failureOf(channel.send(alertExample(), DELIVERY_KEY));
    expect(failure).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    expect(failure.detail).toMatch(/greeting/i);
  });

  it('when nobody listens', async () => {
    const { server, channel } = await peer();
    await server.close();
    expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
  });

  it('when TLS is required and the server has none: nothing is said', async () => {
    const { server } = await peer();
    const channel = createEmailChannel({ smtpUrl: `${server.url}?requireTLS=true`, from: 'a@b.test' });
    open.push(channel);
    expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    expect(server.recipients).toEqual([]);
  });
});

describe('a mail that is signed', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const dkim = { domain: 'watchpost.test', selector: 'wp2026', privateKey };

  it('holds for whoever knows the public key, with everything in it that people read', async () => {
    const { server, channel } = await peer({}, { dkim });
    await channel.send(alertExample({ sentence: 'Личность, 02:14, camera Hintertür 裏口 🚪' }), DELIVERY_KEY);
    const raw = server.raw[0]?.toString('latin1') ?? '';
    const checked = checkDkim(raw, publicKey);
    expect(checked).toMatchObject({ domain: 'watchpost.test', selector: 'wp2026' });
    expect(checked?.signed).toEqual(expect.arrayContaining(['from', 'to', 'subject', 'date', 'message-id', 'references', 'mime-version', 'content-type']));
    expect(checkDkim(raw.replace('person with', 'nobody with'), publicKey)).toBeUndefined();
    expect(server.received[0]).toMatchObject({ messageId: messageIdOf(DELIVERY_KEY, 'watchpost.test') });
  });

  it('is not signed without a key', async () => {
    const { server, channel } = await peer();
    await channel.send(alertExample(), DELIVERY_KEY);
    expect(server.raw[0]?.toString('latin1')).not.toMatch(/^DKIM-Signature:/im);
  });

  it('may have arrived when the line breaks after DATA, and its repeat is signed too', async () => {
    const { server, channel } = await peer({ message: (nth) => (nth === 1 ? 'drop' : undefined) }, { dkim });
    expect(await failureOf(channel.send(alertExample(), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true });
    await channel.send(alertExample(), DELIVERY_KEY);
    expect(server.raw.map((raw) => checkDkim(raw.toString('latin1'), publicKey) !== undefined)).toEqual([true, true]);
  });

  it.each([['signed', dkim], ['unsigned', undefined]] as const)('cannot have arrived when the line breaks in the middle of it (%s)', async (_, key) => {
    const { server, channel } = await peer({ breaksOff: () => true }, { dkim: key });
    const picture = { jpeg: Buffer.alloc(12_000_000, 1), description: 'large' };
    expect(await failureOf(channel.send(alertExample({ picture }), DELIVERY_KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    expect(server.received).toEqual([]);
  });
});

describe('a send that is cut off', () => {
  it('ends its connection at once, and says that the message may have arrived', async () => {
    const { server, channel } = await peer({ message: () => 'silence' });
    const cut = new AbortController();
    const sending = failureOf(channel.send(alertExample(), DELIVERY_KEY, cut.signal));
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
    cut.abort();
    expect(await sending).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true });
    await vi.waitFor(() => expect(server.openConnections()).toBe(0));
  });

  it('while it waits for a connection never leaves the process', async () => {
    const { server, channel } = await peer({ message: () => 'silence' });
    const cut = new AbortController();
    const busy = Array.from({ length: 5 }, (_, n) => failureOf(channel.send(alertExample({ to: `busy${n}@example.com` }), `${DELIVERY_KEY}${n}`, cut.signal)));
    await vi.waitFor(() => expect(server.received).toHaveLength(5));
    const cutWaiting = new AbortController();
    const waiting = failureOf(channel.send(alertExample(), DELIVERY_KEY, cutWaiting.signal));
    cutWaiting.abort();
    expect(await waiting).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    cut.abort();
    await Promise.all(busy);
    expect(server.recipients).not.toContain('anna@example.com');
  });
});

it('one refused message leaves the connection to the next', async () => {
  const { server, channel } = await peer({ recipient: (address) => (address.startsWith('gone') ? 550 : undefined) });
  const results = await Promise.allSettled(['gone@example.com', 'anna@example.com', 'gone2@example.com', 'ben@example.com'].map((to) => channel.send(alertExample({ to }), DELIVERY_KEY + to)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
  expect(server.received).toHaveLength(2);
});
