import { describe, expect, it } from 'vitest';
import type { NoticeMessage } from '../../../../activities/ports/channel.ts';
import { emailOf } from '../../../../adapters/channels/email/email-message.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';
import { htmlNotice, plainNotice } from '../../../../adapters/channels/email/notice-body.ts';

const NOTICE = '0199a0c4-1111-7000-8000-000000000002';
const SENDER = { name: 'Watchpost', address: 'alerts@example.org', domain: 'example.org' };
const example = (changed: Partial<NoticeMessage> = {}): NoticeMessage => ({
  about: 'notice', to: 'anna@example.com', contactId: 'anna', noticeId: NOTICE, telling: 'opened', sentence: 'Camera Back door shows nothing since 02:14',
  facts: [['Camera', 'Back door'], ['Since', '2026-11-21 02:14:07 CET (Europe/Berlin)'], ['Frames', '37 refused']],
  advice: ['Is the lens covered?', 'Is the lamp off?'], ...changed,
});

it('the plain body says the sentence first, then the facts, then what to look at', () => {
  expect(plainNotice(example())).toBe(`Camera Back door shows nothing since 02:14

Camera  Back door
Since   2026-11-21 02:14:07 CET (Europe/Berlin)
Frames  37 refused

What to look at:
- Is the lens covered?
- Is the lamp off?

Notice ${NOTICE}
`);
});

describe('the HTML body', () => {
  it('says the same, and looks another way when all is well again', () => {
    const html = htmlNotice(example());
    for (const said of ['EQUIPMENT', 'Camera Back door shows nothing since 02:14', '37 refused', '<li>Is the lens covered?</li>', NOTICE]) expect(html).toContain(said);
    const well = htmlNotice(example({ telling: 'well', advice: [] }));
    expect(well).toContain('WELL AGAIN');
    expect(well).not.toContain('What to look at');
  });

  it('takes names for text, whatever they hold', () => {
    const evil = `"><script>alert('x')</script>`;
    const html = htmlNotice(example({ sentence: evil, facts: [[evil, evil]], advice: [evil], noticeId: evil }));
    expect(html).not.toContain('<script');
    expect(html.match(/&#60;script&#62;/g)).toHaveLength(6);
  });
});

it('both mails of a notice are one conversation, apart from those of incidents', () => {
  const mails = (['opened', 'well'] as const).map((telling) => emailOf(example({ telling }), `notice-${NOTICE}:${telling}:email:anna`, SENDER));
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  expect(mails.map(({ references }) => references)).toEqual(Array(2).fill(messageIdOf(NOTICE, SENDER.domain)));
  expect(mails[0]!.headers).toMatchObject({ 'X-Watchpost-Notice': NOTICE, 'Auto-Submitted': 'auto-generated' });
  expect(mails[0]!.headers).not.toHaveProperty('X-Watchpost-Incident');
});

it('a list of addresses is refused', () => {
  expect(() => emailOf(example({ to: 'a@example.org, b@example.org' }), 'key', SENDER)).toThrow('recipient_refused');
});
