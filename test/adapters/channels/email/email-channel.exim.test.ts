import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmailChannel } from '../../../../adapters/channels/email/email-channel.ts';
import type { ClosableChannel } from '../../../../activities/ports/channel.ts';
import type { EmailOptions } from '../../../../adapters/channels/email/email-channel.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';
import { DELIVERY_KEY, PICTURE, alertExample } from './alert-example.ts';
import { EXIM_LOGIN, eximMissing, startExim } from './exim.ts';
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
});
