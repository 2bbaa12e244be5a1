import { describe, expect, it } from 'vitest';
import { htmlBody, plainBody } from '../../../../adapters/channels/email/email-body.ts';
import { INCIDENT, alertExample } from './alert-example.ts';

describe('the plain body', () => {
  it('says the sentence first, then where to answer, then when, where, which rule and why', () => {
    expect(plainBody(alertExample())).toBe(`Person, 02:14, camera Back door

Open this page and press "I take charge", "False alarm" or "I know this" there:
https://watchpost.example.com/incidents/0199a0c4

When    2026-11-21 02:14:07 CET (Europe/Berlin)
Camera  Back door
Rule    100: Unsafe Class: Person | ALL with probability>80%
Why     person with probability > 80%: 87 % (clause 1)

Picture of camera Back door, marked: person 87 % (attached)

Frame acme-cam1-20261121T011407.000000Z-Europe~2fBerlin
Incident 0199a0c4-1111-7000-8000-000000000001
`);
  });

  it('says so when there is no picture', () => {
    expect(plainBody(alertExample({ picture: { missing: 'the frame is gone' } }))).toContain('No picture: the frame is gone');
  });

  it('says how to answer without a page when there is none to open', () => {
    const body = plainBody(alertExample({ link: null }));
    expect(body).not.toContain('press');
    expect(body).toContain(`To take charge: watchpost incidents ack ${INCIDENT}\n`);
  });

  it.each([
    ['opened', ''], ['repeated', 'Still open: '], ['escalated', 'Nobody has answered: '], ['rose', 'Worse now: '], ['reopened', 'Again: '],
  ] as const)('of an incident that was %s begins with %j and asks for an answer', (telling, words) => {
    const body = plainBody(alertExample({ telling }));
    expect(body).toMatch(new RegExp(`^${words}Person, 02:14, camera Back door\n`));
    expect(body).toContain('press "I take charge"');
  });

  it.each([['taken', 'Taken charge of: '], ['over', 'Over: ']] as const)('of an incident that is %s begins with %j and asks for nothing', (telling, words) => {
    const body = plainBody(alertExample({ telling }));
    expect(body).toMatch(new RegExp(`^${words}Person, 02:14, camera Back door\n`));
    expect(body).not.toContain('press');
    expect(body).toContain('Open the incident: https://watchpost.example.com/incidents/0199a0c4\n');
    expect(plainBody(alertExample({ telling, link: null }))).toContain(`To see it: watchpost incidents show ${INCIDENT}\n`);
  });

  it('tells a rule that is one condition without a number, and of many conditions the first ones', () => {
    const reason = (path: string) => ({ path, asked: `asked ${path}`, found: null });
    expect(plainBody(alertExample({ reasons: [reason('0')] }))).toMatch(/^Why +asked 0$/m);
    expect(plainBody(alertExample({ reasons: [reason('0.1.2')] }))).toMatch(/^Why +asked 0\.1\.2 \(clause 2\.3\)$/m);
    const many = plainBody(alertExample({ reasons: Array.from({ length: 40 }, (_, n) => reason(`0.${n}`)) }));
    expect(many.match(/^Why .*asked/gm)).toHaveLength(8);
    expect(many).toMatch(/^Why +32 more conditions$/m);
  });

  it('names the frame by its id when its tag is gone', () => {
    expect(plainBody(alertExample({ frame: { frameId: 'frame-7', tag: null } }))).toContain('Frame frame-7');
  });
});

describe('the HTML body', () => {
  it('shows the picture that comes inside the mail, with words for those who do not see it', () => {
    expect(htmlBody(alertExample(), 'p@x')).toMatch(/<img src="cid:p@x" alt="Picture of camera Back door, marked: person 87 %"/);
  });

  it('says so when there is no picture', () => {
    const html = htmlBody(alertExample({ picture: { missing: 'the frame is gone' } }), null);
    expect(html).not.toContain('<img');
    expect(html).toContain('No picture: the frame is gone');
  });

  it('takes names for text, whatever they hold', () => {
    const evil = `"><script>alert('x')</script>&amp;`;
    const html = htmlBody(alertExample({ sentence: evil, deviceName: evil, rule: { ruleId: evil, text: evil }, link: `https://x/${evil}`, frame: { frameId: evil, tag: evil } }), null);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('&amp;');
    expect(html.match(/&#60;script&#62;/g)).toHaveLength(10);
  });

  it.each([['low', 'ALERT'], ['medium', 'ALERT'], ['high', 'ALERT: HIGH'], ['critical', 'ALERT: CRITICAL']] as const)('of severity %s is headed %j', (severity, heading) => {
    expect(htmlBody(alertExample({ severity }), null)).toContain(`>${heading}</span>`);
  });

  it('has a button for each answer, which leads to the page and does nothing by itself', () => {
    const html = htmlBody(alertExample(), null);
    const buttons = [...html.matchAll(/<a class="press[^"]*" href="([^"]+)"[^>]*>([^<]+)<\/a>/g)].map(([, href, words]) => [words, href]);
    expect(buttons).toEqual([
      ['I take charge', 'https://watchpost.example.com/incidents/0199a0c4#acknowledge'],
      ['False alarm', 'https://watchpost.example.com/incidents/0199a0c4#false_alarm'],
      ['I know this', 'https://watchpost.example.com/incidents/0199a0c4#known'],
    ]);
    expect(html).toContain('your answer counts once you confirm it there');
    expect(html).not.toMatch(/<(script|form)/);
  });

  it('has no buttons where nothing is asked, nor where no page can be opened', () => {
    expect(htmlBody(alertExample({ telling: 'over' }), null).match(/<a /g)).toHaveLength(1);
    const html = htmlBody(alertExample({ link: null }), null);
    expect(html).not.toContain('<a ');
    expect(html).toContain(`watchpost incidents ack ${INCIDENT}`);
  });

  it('brings its own colours for a dark screen', () => {
    expect(htmlBody(alertExample(), null)).toContain('prefers-color-scheme: dark');
  });
});
