import { describe, expect, it } from 'vitest';
import { digestText } from '../../activities/digest-message.ts';
import type { DigestFacts, HeldFacts } from '../../activities/ports/digest-facts.ts';
import { HOLD_CAUSES } from '../../contracts/digest.ts';
import { parseInstant } from '../../contracts/time.ts';

const PERSON = { label: 'person', score: 0.9, probability: 0.9, box: [0, 0, 1, 1] } as const;
const held = (changed: Partial<HeldFacts> = {}): HeldFacts => ({
  cause: 'quiet_hours', severity: 'medium', matches: 152, incidentId: 'incident-1', ruleId: '100', ruleName: null, deviceName: 'Back door', timeZone: 'Europe/Berlin', frameId: 'frame-1',
  evidence: [PERSON], seenIn: [], zones: [], picture: null, firstAt: parseInstant('2026-11-21T01:14:07Z'), lastAt: parseInstant('2026-11-21T01:31:50Z'), labels: [], ...changed,
});
const facts = (changed: Partial<DigestFacts> = {}): DigestFacts =>
  ({ digestId: 'digest-1', createdAt: parseInstant('2026-11-21T06:00:00Z'), things: 1, devices: 1, causes: ['quiet_hours'], entries: [held()], ...changed });
const told = (changed: Partial<DigestFacts>, pictures: Parameters<typeof digestText>[1] = []) => digestText(facts(changed), pictures, (incidentId) => `https://x/${incidentId}`);
const entryOf = (changed: Partial<HeldFacts>) => told({ entries: [held(changed)] }).entries[0]!;

describe('the sentence of a digest', () => {
  it('says how many things, why they were held back, and where', () => {
    expect(told({ things: 3, devices: 2 }).sentence).toBe('3 things in your quiet hours, camera Back door and 1 more');
    expect(told({}).sentence).toBe('1 thing in your quiet hours, camera Back door');
  });

  it.each([
    ['quiet_hours', '2 things in your quiet hours, camera Back door'], ['snoozed', '2 things while snoozed, camera Back door'],
    ['budget', '2 things beyond the messages of the hour, camera Back door'], ['old', '2 things that came late, camera Back door'],
  ] as const)('of what was held back for %s is %j', (cause, sentence) => {
    expect(told({ things: 2, causes: [cause] }).sentence).toBe(sentence);
  });

  it('names no cause where there are several, and no camera where there is none', () => {
    expect(told({ things: 2, causes: [...HOLD_CAUSES] }).sentence).toBe('2 things held back, camera Back door');
    expect(told({ things: 0, devices: 0, causes: [], entries: [] }).sentence).toBe('0 things held back');
  });
});

describe('an entry of a digest', () => {
  it('says what, in which zone, from when to when at the camera, where, and how often', () => {
    expect(entryOf({ seenIn: ['Yard'] })).toMatchObject({
      sentence: 'Person in Yard, 02:14 to 02:31, camera Back door, 152 matches', cause: 'quiet_hours', severity: 'medium', matches: 152, link: 'https://x/incident-1',
    });
  });

  it('says a single moment once, and how bad it was where that matters', () => {
    expect(entryOf({ matches: 1, lastAt: parseInstant('2026-11-21T01:14:50Z'), severity: 'critical' }).sentence).toBe('Critical: Person, 02:14, camera Back door, 1 match');
  });

  it('goes by the labels of the match where its detections are gone, and by the rule where there are none', () => {
    expect(entryOf({ evidence: [], labels: ['dog', 'cat'] }).sentence).toMatch(/^Dog and cat, /);
    expect(entryOf({ evidence: [] }).sentence).toMatch(/^Rule 100 matched, /);
    expect(entryOf({ evidence: [], ruleName: 'Parcel gone' }).sentence).toMatch(/^Parcel gone, /);
  });

  it.each([
    ['2026-11-20T22:10:00Z', '2026-11-21T01:31:00Z', '23:10 to 02:31'],
    ['2026-11-20T01:14:00Z', '2026-11-20T01:31:00Z', '20 Nov 02:14 to 02:31'],
    ['2026-11-18T22:50:00Z', '2026-11-19T00:10:00Z', '18 Nov 23:50 to 19 Nov 01:10'],
    ['2026-11-19T01:14:00Z', '2026-11-20T01:14:00Z', '19 Nov 02:14 to 20 Nov 02:14'],
  ])('from %s to %s says %j: the day where it is not plain', (first, last, span) => {
    expect(entryOf({ firstAt: parseInstant(first), lastAt: parseInstant(last) }).sentence).toContain(`, ${span}, camera`);
  });

  it('has no link without an incident, and none without a page', () => {
    expect(entryOf({ incidentId: null }).link).toBeNull();
    expect(digestText(facts(), [], () => null).entries[0]!.link).toBeNull();
  });

  it('is one line whatever the names hold', () => {
    const { sentence } = entryOf({ deviceName: 'Back\r\ndoor\u2028', evidence: [], labels: ['a\nb'], seenIn: ['Ya\0rd'], timeZone: 'Mars/Olympus' });
    expect(sentence).toBe('A b in Ya rd, 01:14 to 01:31, camera Back door, 152 matches');
  });
});

it('the first entries have the pictures, the others say that they have none', () => {
  const { entries } = told({ things: 2, entries: [held(), held()] }, [{ jpeg: Buffer.of(1), description: 'x' }]);
  expect(entries.map(({ picture }) => picture)).toEqual([{ jpeg: Buffer.of(1), description: 'x' }, { missing: 'only the first ones come with their pictures' }]);
});

it('what there is no room for is counted', () => {
  expect(told({ things: 57, entries: Array.from({ length: 40 }, () => held()) }).left).toBe(17);
  expect(told({}).left).toBe(0);
});
