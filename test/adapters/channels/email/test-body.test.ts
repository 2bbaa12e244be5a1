import { expect, it } from 'vitest';
import { emailOf } from '../../../../adapters/channels/email/email-message.ts';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';

const SENDER = { name: 'Watchpost', address: 'alerts@example.org', domain: 'example.org' };
const TEST = '0199a0c4-1111-7000-8000-000000000007';

it('a mail that tries out a contact says that nothing has happened, and asks for nothing', () => {
  const { subject, text, html, attachments, references, headers } = emailOf({ about: 'test', to: 'anna@example.com', contactId: 'anna', testId: TEST, sentence: 'A test of <Watchpost>' }, 'key', SENDER);
  expect(subject).toBe('A test of <Watchpost>');
  for (const body of [text, html]) expect(body).toContain('Nothing has happened');
  expect(text).toMatch(new RegExp(`^A test of <Watchpost>\\n[^]*\\nTest ${TEST}\\n$`));
  expect(html).toContain('A test of &#60;Watchpost&#62;');
  expect(html).not.toContain('<a ');
  expect([attachments, references]).toEqual([[], messageIdOf(TEST, SENDER.domain)]);
  expect(headers).toMatchObject({ 'X-Watchpost-Test': TEST });
});
