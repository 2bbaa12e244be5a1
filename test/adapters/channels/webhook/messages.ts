/** One message of each kind, as activities hand them to a channel. */
import type { DigestMessage, NoticeMessage, TestMessage } from '../../../../activities/ports/channel.ts';
import { parseInstant } from '../../../../contracts/time.ts';

export const WRITTEN_AT = parseInstant('2026-11-21T01:14:09.120455Z');
const addressed = { to: 'http://127.0.0.1:1/', contactId: 'ops', writtenAt: WRITTEN_AT };

export const noticeExample = (changed: Partial<NoticeMessage> = {}): NoticeMessage => ({
  ...addressed, about: 'notice', noticeId: '0199a0c4-2222-7000-8000-000000000001', telling: 'opened', sentence: 'Camera Back door has sent no usable picture since 02:14',
  facts: [['Camera', 'Back door'], ['Since', '2026-11-21 02:14:07 CET (Europe/Berlin)']], advice: ['Is the lens covered, dirty or wet?'], ...changed,
});

export const digestExample = (changed: Partial<DigestMessage> = {}): DigestMessage => ({
  ...addressed, about: 'digest', digestId: '0199a0c4-3333-7000-8000-000000000001', sentence: 'While you were not told: 2 incidents',
  entries: [
    { sentence: 'Person, 02:14 to 02:31, camera Back door', cause: 'quiet_hours', severity: 'medium', matches: 17, picture: { jpeg: Buffer.alloc(40_000), description: 'Back door' }, link: 'https://watchpost.example.com/i/1' },
    { sentence: 'Dog, 03:02, camera Yard', cause: 'snoozed', severity: 'low', matches: 1, picture: { missing: 'the frame is gone' }, link: null },
  ],
  left: 3, ...changed,
});

export const testExample = (changed: Partial<TestMessage> = {}): TestMessage => ({
  to: addressed.to, contactId: 'ops', about: 'test', testId: '0199a0c4-4444-7000-8000-000000000001', sentence: 'This is a test of Watchpost. Nothing has happened.', ...changed,
});
