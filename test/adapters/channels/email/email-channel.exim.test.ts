import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmailChannel } from '../../../../adapters/channels/email/email-channel.ts';
import type { ChannelFailure, ClosableChannel } from '../../../../activities/ports/channel.ts';
import type { EmailOptions } from '../../../../adapters/channels/email/email-channel.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';
import { DELIVERY_KEY, PICTURE, alertExample } from './alert-example.ts';
import { checkDkim } from './dkim-verifier.ts';
import { EXIM_LOGIN, SLOW_SECONDS, SUBJECT_FAULTS, eximMissing, startExim } from './exim.ts';
import type { Exim } from './exim.ts';

if (eximMissing !== undefined) console.warn(`SKIPPED: mail through a real mail server, because ${eximMissing}`);

describe.skipIf(eximMissing !== undefined)(`a real mail server${eximMissing === undefined ? '' : ` (skipped: ${eximMissing})`}`, () => {
  let exim: Exim;
  const open: ClosableChannel[] = [];
  beforeAll(async () => { exim = await startExim(); });
  afterAll(() => exim.stop());
  afterEach(() => { for (const channel of open.splice(0)) channel.close(); });

  function channel({ user, pass } = EXIM_LOGIN, options: Partial<EmailOptions> = {}): ClosableChannel {
    const smtpUrl = `smtp://${user}:${encodeURIComponent(pass)}@localhost:${exim.port}?requireTLS=true`;
    const made = createEmailChannel({ smtpUrl, from: 'Watchpost <alerts@watchpost.test>', authority: exim.certificate, ...options });
    open.push(made);
    return made;
  }

  const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
    sending.then(() => { throw new Error('it was sent'); }, (error: ChannelFailure) => error);
  /** Mails in the mailbox of `localPart` that came of this delivery, once there are any. */
  const arrived = (localPart: string, deliveryKey: string): Promise<string[]> => vi.waitFor(async () => {
    const mails = await mailsOf(localPart, deliveryKey);
    expect(mails).not.toEqual([]);
    return mails;
  }, { timeout: 20_000 });
  const mailsOf = async (localPart: string, deliveryKey: string): Promise<string[]> =>
    (await exim.mailsTo(localPart)).filter((mail) => mail.includes(messageIdOf(deliveryKey, 'watchpost.test')));

  it('takes an alert over STARTTLS and a login, and puts it into the mailbox as it was', async () => {
    const receipt = await channel().send(alertExample({ to: 'anna@localhost' }), DELIVERY_KEY);
    expect(receipt.answer).toMatch(/^250 OK id=/);
    const [mail] = await vi.waitFor(async () => {
      const mails = await exim.mailsTo('anna');
      expect(mails).toHaveLength(1);
      return mails;
    }, { timeout: 20_000 });
    expect(mail).toContain(messageIdOf(DELIVERY_KEY, 'watchpost.test'));
    expect(mail).toContain('Auto-Submitted: auto-generated');
    expect(mail?.replace(/\s/g, '')).toContain(PICTURE.toString('base64'));
    expect(await exim.log()).toMatch(/<= alerts@watchpost\.test .* X=TLS.* A=PLAIN:watchpost/);
  });

  it('refuses an unknown recipient for good', async () => {
    await expect(channel().send(alertExample({ to: 'nobody@localhost' }), DELIVERY_KEY)).rejects.toMatchObject({ code: 'recipient_refused', mayHaveArrived: false });
  });

  it('greylists, and takes the same message later', async () => {
    await exim.setDeferred(['ben']);
    const email = channel();
    await expect(email.send(alertExample({ to: 'ben@localhost' }), DELIVERY_KEY)).rejects.toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    await exim.setDeferred([]);
    await email.send(alertExample({ to: 'ben@localhost' }), DELIVERY_KEY);
    await vi.waitFor(async () => expect(await exim.mailsTo('ben')).toHaveLength(1), { timeout: 20_000 });
  });

  it('refuses a wrong password, which is not repeated', async () => {
    const failure = await channel({ user: 'watchpost', pass: 'wr0ng-pass' }).send(alertExample({ to: 'anna@localhost' }), DELIVERY_KEY).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'provider_auth_failed' });
    expect(String((failure as Error).stack)).not.toContain('wr0ng-pass');
  });

  it('refuses a message over its size for good', async () => {
    const picture = { jpeg: Buffer.alloc(6_000_000, 1), description: 'too large' };
    await expect(channel().send(alertExample({ to: 'anna@localhost', picture }), DELIVERY_KEY)).rejects.toMatchObject({ code: 'message_refused' });
  });

  it('is not told anything while its certificate is not trusted', async () => {
    const untrusting = createEmailChannel({ smtpUrl: `smtp://me:pw@localhost:${exim.port}?requireTLS=true`, from: 'a@b.test' });
    open.push(untrusting);
    await expect(untrusting.send(alertExample({ to: 'anna@localhost' }), DELIVERY_KEY)).rejects.toMatchObject({ code: 'provider_unavailable', detail: expect.stringMatching(/certificate/i) });
  });

  it('takes an alert over TLS from the first byte', async () => {
    const smtps = createEmailChannel({ smtpUrl: `smtps://${EXIM_LOGIN.user}:${encodeURIComponent(EXIM_LOGIN.pass)}@localhost:${exim.tlsPort}`, from: 'Watchpost <alerts@watchpost.test>', authority: exim.certificate });
    open.push(smtps);
    await smtps.send(alertExample({ to: 'anna@localhost' }), 'over-tls');
    expect(await arrived('anna', 'over-tls')).toHaveLength(1);
  });

  it('refuses who does not log in, which is a matter of our settings and not of the recipient', async () => {
    const nobody = createEmailChannel({ smtpUrl: `smtp://localhost:${exim.port}?requireTLS=true`, from: 'Watchpost <alerts@watchpost.test>', authority: exim.certificate });
    open.push(nobody);
    expect(await failureOf(nobody.send(alertExample({ to: 'anna@localhost' }), DELIVERY_KEY))).toMatchObject({ code: 'provider_auth_failed', mayHaveArrived: false });
  });

  it('is given one mail for each contact, and each has an outcome of its own, whatever becomes of the others', async () => {
    await exim.setDeferred(['carl']);
    const email = channel();
    // Whoever hangs up behind a refusal has not answered all that was asked: that one waits like a broken line, and is asked again.
    const contacts = ['anna', 'nobody', 'ben', 'carl', 'unwelcome', 'dora'];
    const outcomes = await Promise.all(contacts.map((contact) =>
      email.send(alertExample({ to: `${contact}@localhost`, contactId: contact }), `pool:${contact}`).then(() => 'taken', ({ code }: ChannelFailure) => code)));
    await exim.setDeferred([]);
    expect(Object.fromEntries(contacts.map((contact, at) => [contact, outcomes[at]]))).toEqual({
      anna: 'taken', nobody: 'recipient_refused', ben: 'taken', carl: 'provider_unavailable', unwelcome: 'provider_unavailable', dora: 'taken',
    });
    for (const contact of ['anna', 'ben', 'dora']) {
      const [mail, ...others] = await arrived(contact, `pool:${contact}`);
      expect(others).toEqual([]);
      expect(mail).toContain(`Envelope-to: ${contact}@localhost\n`);
      expect(mail?.match(/^To: .*(\n[ \t].*)*/m)?.[0]).toBe(`To: ${contact}@localhost`);
      for (const other of contacts.filter((each) => each !== contact)) expect(mail).not.toContain(`${other}@localhost`);
    }
    await email.send(alertExample({ to: 'carl@localhost' }), 'pool:carl');
    expect(await arrived('carl', 'pool:carl')).toHaveLength(1);
  });

  it('is never given a list of contacts', async () => {
    const before = await exim.log();
    expect(await failureOf(channel().send(alertExample({ to: 'anna@localhost, ben@localhost' }), 'a-list'))).toMatchObject({ code: 'recipient_refused' });
    expect(await exim.log()).toBe(before);
  });

  it('takes each of many messages once', async () => {
    const email = channel();
    const keys = Array.from({ length: 30 }, (_, n) => `many:${n}`);
    await Promise.all(keys.map((key) => email.send(alertExample({ to: 'anna@localhost', picture: { missing: 'gone' } }), key)));
    for (const key of keys) expect(await arrived('anna', key)).toHaveLength(1);
  });

  it.each([['refused', 'message_refused'], ['putOff', 'provider_unavailable']] as const)('reads a message and has it %s: nothing of it is in doubt', async (fault, code) => {
    const sentence = `Person, ${SUBJECT_FAULTS[fault]}`;
    expect(await failureOf(channel().send(alertExample({ to: 'anna@localhost', sentence }), `read:${fault}`))).toMatchObject({ code, mayHaveArrived: false });
    expect(await mailsOf('anna', `read:${fault}`)).toEqual([]);
  });

  it('is gone before it had the message: nothing can have arrived', async () => {
    expect(await failureOf(channel().send(alertExample({ to: 'gone@localhost' }), DELIVERY_KEY)))
      .toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false, detail: expect.stringMatching(/closed/) });
  });

  it('is gone once it had the whole message: that is in doubt, and the next try says the same Message-ID', async () => {
    const email = channel();
    const gone = alertExample({ to: 'ben@localhost', sentence: `Person, ${SUBJECT_FAULTS.vanishes}` });
    expect(await failureOf(email.send(gone, 'vanished'))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true, detail: expect.stringMatching(/closed/) });
    await email.send(alertExample({ to: 'ben@localhost' }), 'vanished');
    expect(await arrived('ben', 'vanished')).toHaveLength(1);
  });

  it('is slow, at a recipient and with its last word: it is waited for', async () => {
    const email = channel();
    const startedAtMs = Date.now();
    await email.send(alertExample({ to: 'slow@localhost', sentence: `Person, ${SUBJECT_FAULTS.slow}` }), 'slow');
    expect(Date.now() - startedAtMs).toBeGreaterThan(2 * SLOW_SECONDS * 1_000 - 100);
    expect(await arrived('slow', 'slow')).toHaveLength(1);
  });

  it.each([
    ['at a recipient: nothing can have arrived', { to: 'slow@localhost' }, false],
    ['with its last word: that is in doubt', { to: 'anna@localhost', sentence: `Person, ${SUBJECT_FAULTS.slow}` }, true],
  ])('is slower than we wait, %s', async (_, changed, mayHaveArrived) => {
    const hasty = channel(EXIM_LOGIN, { timeouts: { silenceMs: 700 } });
    expect(await failureOf(hasty.send(alertExample(changed), `hasty:${mayHaveArrived}`))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived });
  });

  it('passes a signed mail on so that its signature holds in the mailbox', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const email = channel(EXIM_LOGIN, { dkim: { domain: 'watchpost.test', selector: 'wp', privateKey } });
    await email.send(alertExample({ to: 'dora@localhost', sentence: 'Person, 02:14, camera Hintertür 裏口' }), 'signed');
    const [mail = ''] = await arrived('dora', 'signed');
    expect(checkDkim(mail, publicKey)).toMatchObject({ domain: 'watchpost.test', selector: 'wp' });
    expect(checkDkim(mail.replace('person with', 'nobody with'), publicKey)).toBeUndefined();
  });
});
