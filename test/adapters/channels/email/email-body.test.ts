import { describe, expect, it } from 'vitest';
import { htmlBody, plainBody } from '../../../../adapters/channels/email/email-body.ts';
import { alertExample } from './alert-example.ts';

describe('the plain body', () => {
  it('says the sentence first, then when, where, which rule and why, then where to go on', () => {
    expect(plainBody(alertExample())).toBe(`Person, 02:14, camera Back door

When    2026-11-21 02:14:07 CET (Europe/Berlin)
Camera  Back door
Rule    100: Unsafe Class: Person | ALL with probability>80%
Why     person with probability > 80%: 87 %

Picture of camera Back door, marked: person 87 % (attached)

Open the incident: https://watchpost.example.com/incidents/0199a0c4

Frame acme-cam1-20261121T011407.000000Z-Europe~2fBerlin
Incident 0199a0c4-1111-7000-8000-000000000001
`);
  });

  it('says so when there is no picture', () => {
    expect(plainBody(alertExample({ picture: { missing: 'the frame is gone' } }))).toContain('No picture: the frame is gone');
  });

  it('has no line about a page when there is none to open', () => {
    expect(plainBody(alertExample({ link: null }))).not.toContain('Open');
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
    expect(html.match(/&#60;script&#62;/g)).toHaveLength(8);
  });

  it.each([['low', 'ALERT'], ['medium', 'ALERT'], ['high', 'ALERT: HIGH'], ['critical', 'ALERT: CRITICAL']] as const)('of severity %s is headed %j', (severity, heading) => {
    expect(htmlBody(alertExample({ severity }), null)).toContain(`>${heading}</span>`);
  });

  it('brings its own colours for a dark screen', () => {
    expect(htmlBody(alertExample(), null)).toContain('prefers-color-scheme: dark');
  });
});
