import { describe, expect, it } from 'vitest';
import type { DigestMessage, NoticeMessage } from '../../../../activities/ports/channel.ts';
import { callScript } from '../../../../adapters/channels/twilio/call-script.ts';
import { spokenTime } from '../../../../adapters/channels/twilio/spoken-words.ts';
import { KEYPRESSES } from '../../../../contracts/response.ts';
import { INCIDENT, alertExample } from '../email/alert-example.ts';

const KEYPRESS_URL = 'https://watchpost.example.org/v1/callbacks/twilio/keypress?delivery=a%3A0&x=1';
const linesOf = (changed: Parameters<typeof alertExample>[0], url: string | null = KEYPRESS_URL): readonly string[] => callScript(alertExample(changed), url).lines;

describe('the script of a call', () => {
  it('says the alert twice and waits for a key each time', () => {
    expect(linesOf({ sentence: 'Critical: Person and dog, 02:14, camera Back door', telling: 'escalated' }).join('\n')).toMatchInlineSnapshot(`
      "This is Watchpost. Nobody has answered. Critical. Person and dog, two fourteen in the morning, camera Back door.
      Press 4 if you take charge, 6 if it is a false alarm.
      [waits 8 seconds for a key]
      Once more. Nobody has answered. Critical. Person and dog, two fourteen in the morning, camera Back door.
      Press 4 if you take charge, 6 if it is a false alarm.
      [waits 8 seconds for a key]
      No key was pressed. Goodbye."
    `);
  });

  it('is TwiML with two gathers, slow speech and an end', () => {
    expect(callScript(alertExample(), KEYPRESS_URL).twiml.replaceAll('><', '>\n<')).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <Response>
      <Pause length="1"/>
      <Gather numDigits="1" timeout="8" action="https://watchpost.example.org/v1/callbacks/twilio/keypress?delivery=a%3A0&amp;x=1" method="POST">
      <Say voice="Polly.Joanna" language="en-US">
      <prosody rate="85%">This is Watchpost. Person, two fourteen in the morning, camera Back door.</prosody>
      </Say>
      <Pause length="1"/>
      <Say voice="Polly.Joanna" language="en-US">
      <prosody rate="85%">Press 4 if you take charge, 6 if it is a false alarm.</prosody>
      </Say>
      <Pause length="1"/>
      </Gather>
      <Gather numDigits="1" timeout="8" action="https://watchpost.example.org/v1/callbacks/twilio/keypress?delivery=a%3A0&amp;x=1" method="POST">
      <Say voice="Polly.Joanna" language="en-US">
      <prosody rate="85%">Once more. Person, two fourteen in the morning, camera Back door.</prosody>
      </Say>
      <Pause length="1"/>
      <Say voice="Polly.Joanna" language="en-US">
      <prosody rate="85%">Press 4 if you take charge, 6 if it is a false alarm.</prosody>
      </Say>
      <Pause length="1"/>
      </Gather>
      <Say voice="Polly.Joanna" language="en-US">
      <prosody rate="85%">No key was pressed. Goodbye.</prosody>
      </Say>
      <Pause length="1"/>
      <Hangup/>
      </Response>"
    `);
  });

  it('names the keys that are understood', () => {
    expect(KEYPRESSES).toEqual({ 4: 'acknowledge', 6: 'false_alarm' });
  });

  it('without a way to call us back asks for no key, and names the link', () => {
    const { twiml, lines } = callScript(alertExample(), null);
    expect(twiml).not.toContain('<Gather');
    expect(lines).toEqual([
      'This is Watchpost. Person, two fourteen in the morning, camera Back door.', 'Please answer by the link in the text message or the mail.',
      'Once more. Person, two fourteen in the morning, camera Back door.', 'Please answer by the link in the text message or the mail.', 'Goodbye.',
    ]);
  });

  it('names no link that nobody was sent', () => {
    expect(linesOf({ link: null }, null)).toContain('More is in the text message or the mail.');
  });

  it.each([
    ['repeated', 'This is Watchpost. Still open. Person'], ['rose', 'This is Watchpost. Worse now. Person'], ['reopened', 'This is Watchpost. Again. Person'],
  ] as const)('of a message that %s begins with that', (telling, beginning) => {
    expect(linesOf({ telling })[0]?.startsWith(beginning)).toBe(true);
  });

  it('says no id', () => {
    const lines = linesOf({ sentence: 'Rule 100 matched, 14:05, camera Back door' });
    expect(lines[0]).toBe('This is Watchpost. One of your rules matched, two oh five in the afternoon, camera Back door.');
    for (const id of [INCIDENT, '100', 'cam1', 'acme', 'anna', '019aa3d5']) expect(lines.join()).not.toContain(id);
  });

  it('survives names that no voice and no XML can say', () => {
    const { twiml, lines } = callScript(alertExample({ sentence: 'Person, 02:14, camera <Say>"A & B"</Say>_\uFFFF 裏口' }), KEYPRESS_URL);
    expect(lines[0]).toBe('This is Watchpost. Person, two fourteen in the morning, camera Say A and B Say 裏口.');
    expect(twiml).not.toContain('\uFFFF');
  });

  it('stays within what Twilio takes, whatever the sentence is', () => {
    const { twiml } = callScript(alertExample({ sentence: `${'a&b '.repeat(300)}, 02:14` }), `${KEYPRESS_URL}${'%3A'.repeat(80)}`);
    expect(twiml.length).toBeLessThan(4_000);
  });

  it('of a notice, a digest or a test asks for nothing', () => {
    const notice: NoticeMessage = { about: 'notice', to: '+4930123456', contactId: 'anna', noticeId: 'n1', telling: 'opened', sentence: 'Camera Back door has sent nothing since 22:30', facts: [], advice: [] };
    expect(callScript(notice, KEYPRESS_URL).lines).toEqual([
      'This is Watchpost. Camera Back door has sent nothing since ten thirty at night.', 'Once more. Camera Back door has sent nothing since ten thirty at night.', 'Goodbye.',
    ]);
    const digest: DigestMessage = { about: 'digest', to: '+4930123456', contactId: 'anna', digestId: 'd1', sentence: '3 alerts were held back', entries: [], left: 0 };
    expect(callScript(digest, KEYPRESS_URL).twiml).not.toContain('<Gather');
    expect(callScript({ about: 'test', to: '+4930123456', contactId: 'anna', testId: 't1', sentence: 'Test message' }, KEYPRESS_URL).twiml).not.toContain('<Gather');
  });
});

describe('a time as a person says it', () => {
  it.each([
    [0, 0, 'midnight'], [0, 14, 'twelve fourteen at night'], [2, 14, 'two fourteen in the morning'], [5, 7, 'five oh seven in the morning'], [9, 0, "nine o'clock in the morning"],
    [12, 0, 'noon'], [12, 30, 'twelve thirty in the afternoon'], [17, 45, 'five forty-five in the afternoon'], [20, 0, "eight o'clock in the evening"], [23, 59, 'eleven fifty-nine at night'],
  ])('%d:%d is %s', (hours, minutes, words) => {
    expect(spokenTime(hours, minutes)).toBe(words);
  });
});
