import { describe, expect, it } from 'vitest';
import type { DigestEntry, DigestMessage } from '../../../../activities/ports/channel.ts';
import { htmlDigest, plainDigest } from '../../../../adapters/channels/email/digest-body.ts';
import { emailOf } from '../../../../adapters/channels/email/email-message.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';

const SENDER = { name: 'Watchpost', address: 'alerts@example.org', domain: 'example.org' };
const DIGEST = '0199a0c4-1111-7000-8000-000000000009';
const entry = (changed: Partial<DigestEntry> = {}): DigestEntry => ({
  sentence: 'Person, 02:14 to 02:31, camera Back door, 152 matches', cause: 'quiet_hours', severity: 'medium', matches: 152, picture: { missing: 'gone' },
  link: 'https://watchpost.example.com/i/abc', ...changed,
});
const picture = (bytes: number): DigestEntry['picture'] => ({ jpeg: Buffer.alloc(bytes, 1), description: 'Picture of camera Back door' });
const example = (changed: Partial<DigestMessage> = {}): DigestMessage => ({
  about: 'digest', to: 'anna@example.com', contactId: 'anna', digestId: DIGEST, sentence: '3 things held back, camera Back door', left: 0,
  entries: [entry(), entry({ cause: 'old', sentence: 'Dog, 20 Nov 03:00, camera Gate, 1 match' }), entry({ sentence: 'Cat, 02:20, camera Gate, 1 match', link: null })], ...changed,
});

it('the plain body says the sentence first, then everything by its cause, with its page', () => {
  expect(plainDigest(example({ left: 7 }))).toBe(`3 things held back, camera Back door

In your quiet hours
- Person, 02:14 to 02:31, camera Back door, 152 matches
  https://watchpost.example.com/i/abc
- Cat, 02:20, camera Gate, 1 match

Came late: a recorder caught up
- Dog, 20 Nov 03:00, camera Gate, 1 match
  https://watchpost.example.com/i/abc

And 7 more, not listed here.

Digest ${DIGEST}
`);
});

describe('the HTML body', () => {
  it('says the same, in groups', () => {
    const html = htmlDigest(example({ left: 7, entries: [...example().entries, entry({ cause: 'snoozed' }), entry({ cause: 'budget' })] }), () => null);
    expect([...html.matchAll(/<h2[^>]*>([^<]+)</g)].map(([, title]) => title)).toEqual([
      'In your quiet hours', 'Came late: a recorder caught up', 'While snoozed', 'More than the messages of an hour',
    ]);
    for (const said of ['3 things held back', '152 matches', 'And 7 more', DIGEST]) expect(html).toContain(said);
    expect(html.match(/<a [^>]*href="https:\/\/watchpost\.example\.com\/i\/abc"/g)).toHaveLength(4);
  });

  it('takes names for text, whatever they hold', () => {
    const evil = `"><script>alert('x')</script>`;
    const html = htmlDigest(example({ sentence: evil, digestId: evil, entries: [entry({ sentence: evil, link: `https://x/${evil}`, picture: { jpeg: Buffer.of(1), description: evil } })] }), () => 'p@x');
    expect(html).not.toContain('<script');
    expect(html.match(/&#60;script&#62;/g)).toHaveLength(6);
  });
});

describe('the mail', () => {
  it('shows each picture at its entry', () => {
    const { html, attachments } = emailOf(example({ entries: [entry({ picture: picture(10) }), entry(), entry({ cause: 'old', picture: picture(20) })] }), 'key', SENDER);
    const cids = attachments!.map(({ cid }) => cid);
    expect(attachments).toMatchObject([{ content: Buffer.alloc(10, 1), contentDisposition: 'inline', contentType: 'image/jpeg' }, { content: Buffer.alloc(20, 1) }]);
    expect([...String(html).matchAll(/src="cid:([^"]+)"/g)].map(([, cid]) => cid)).toEqual(cids);
    expect(new Set(cids).size).toBe(2);
  });

  it('leaves out pictures that would make it too heavy, and keeps lighter ones', () => {
    const heavy = Array.from({ length: 8 }, () => entry({ picture: picture(300_000) }));
    const { attachments, html } = emailOf(example({ entries: [...heavy, entry({ picture: picture(1_000) })] }), 'key', SENDER);
    expect(attachments!.map(({ content }) => (content as Buffer).length)).toEqual([300_000, 300_000, 300_000, 300_000, 1_000]);
    expect(String(html).match(/<img /g)).toHaveLength(5);
  });

  it('is a conversation of its own', () => {
    const { references, headers, subject } = emailOf(example(), 'key', SENDER);
    expect([references, headers, subject]).toEqual([messageIdOf(DIGEST, SENDER.domain), expect.objectContaining({ 'X-Watchpost-Digest': DIGEST, 'Auto-Submitted': 'auto-generated' }), example().sentence]);
  });
});
