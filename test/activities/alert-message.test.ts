import { describe, expect, it } from 'vitest';
import { alertText } from '../../activities/alert-message.ts';
import type { AlertFacts } from '../../activities/ports/alert-facts.ts';
import { INCIDENT_TELLINGS } from '../../contracts/delivery.ts';
import type { Detection } from '../../contracts/detection.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Clause } from '../../contracts/verdict.ts';

const seen = (label: string, probability = 0.874): Detection => ({ label, probability, score: probability, box: [0, 0, 10, 10] });
const clause = (changed: Partial<Clause> = {}): Clause => ({ path: '0.0', text: 'person with probability > 80%', holds: true, compared: 0.874, threshold: 0.8, ...changed });

const facts = (changed: Partial<AlertFacts> = {}): AlertFacts => ({
  incidentId: 'incident-1', userId: 'acme', deviceId: 'cam1', ruleId: '100', ruleName: null, ruleText: 'RuleID: 100 | Unsafe Class: Person | ALL with probability>80%', deviceName: 'Back door',
  timeZone: 'Europe/Berlin', matchedAt: parseInstant('2026-11-21T01:14:07.5Z'), frameId: 'frame-1', tag: 'acme-cam1-x-y',
  clauses: [clause()], evidence: [seen('person')], seenIn: [], zones: [], picture: null, ...changed,
});
const TOLD = { telling: 'opened', severity: 'medium' } as const;

describe('the sentence', () => {
  it('says what, when by the clock at the camera, and where', () => {
    expect(alertText(facts(), TOLD).sentence).toBe('Person, 02:14, camera Back door');
  });

  it.each([
    [['person', 'person'], 'Person, '],
    [['person', 'dog'], 'Person and dog, '],
    [['person', 'dog', 'cat'], 'Person, dog and cat, '],
    [['person', 'dog', 'cat', 'bear', 'cow'], 'Person, dog, cat and 2 more, '],
    [[], 'Rule 100 matched, '],
  ])('of %j begins with %j', (labels, beginning) => {
    expect(alertText(facts({ evidence: labels.map((label) => seen(label)) }), TOLD).sentence).toMatch(new RegExp(`^${beginning}02:14`));
  });

  it.each([['low', ''], ['medium', ''], ['high', 'High severity: '], ['critical', 'Critical: ']] as const)('of severity %s begins with %j', (severity, beginning) => {
    expect(alertText(facts(), { telling: 'opened', severity })).toMatchObject({ severity, sentence: `${beginning}Person, 02:14, camera Back door` });
  });

  it.each([
    [['Yard'], 'Person in Yard, '],
    [['Yard', 'Küche 2'], 'Person in Yard or Küche 2, '],
    [['Yard', 'Gate', 'Lawn', 'Path'], 'Person in Yard, Gate or 2 more, '],
  ])('says that it was seen in %j as the admin wrote it', (seenIn, beginning) => {
    expect(alertText(facts({ seenIn }), TOLD).sentence).toBe(`${beginning}02:14, camera Back door`);
  });

  it('names the rule where there is nothing else to name', () => {
    expect(alertText(facts({ evidence: [], ruleName: 'Parcel\nleft the shelf' }), TOLD).sentence).toBe('Parcel left the shelf, 02:14, camera Back door');
  });

  it('leaves time and camera whole, however much there is to name', () => {
    const long = Array.from({ length: 9 }, (_, n) => `${n}${'x'.repeat(63)}`);
    const { sentence } = alertText(facts({ evidence: long.map((label) => seen(label)), seenIn: long, deviceName: 'y'.repeat(200) }), { telling: 'escalated', severity: 'critical' });
    expect(sentence).toMatch(/^Critical: 0x+.*…, 02:14, camera y+…$/);
    expect(sentence.length).toBeLessThan(170);
  });

  it('is one line of bounded length whatever the names hold', () => {
    const { sentence, deviceName } = alertText(facts({ deviceName: `Back\r\nBcc: eve@example.com\u2028\u202Edoor \ud800 ${'x'.repeat(500)}` }), TOLD);
    expect(sentence).toMatch(/^[^\p{Cc}\p{Cs}\u2028\u202e]+$/u);
    expect(sentence.length).toBeLessThan(100);
    expect(deviceName).toMatch(/^Back Bcc: eve@example.com door x+…$/);
  });
});

it.each(INCIDENT_TELLINGS)('a message that is %s says so apart from its sentence, which stays the same', (telling) => {
  expect(alertText(facts(), { telling, severity: 'medium' })).toMatchObject({ telling, sentence: 'Person, 02:14, camera Back door' });
});

it('a telling that this build does not know is told as if it had just begun', () => {
  expect(alertText(facts(), { telling: 'of tomorrow', severity: 'medium' }).telling).toBe('opened');
});

it('the time is told in the zone of the camera, also across a change of clocks', () => {
  const told = (at: string) => alertText(facts({ matchedAt: parseInstant(at) }), TOLD).localTime;
  expect([told('2026-10-25T00:30:00Z'), told('2026-10-25T01:30:00Z')]).toEqual(['2026-10-25 02:30:00 CEST', '2026-10-25 02:30:00 CET']);
});

it('a zone that is not known stops no alert: the time is told in UTC and says so', () => {
  expect(alertText(facts({ timeZone: 'Mars/Olympus' }), TOLD)).toMatchObject({ timeZone: 'UTC', localTime: '2026-11-21 01:14:07 UTC' });
});

describe('the rule', () => {
  const told = (changed: Partial<AlertFacts>) => alertText(facts(changed), TOLD).rule;

  it('is told without repeating its number', () => {
    expect(told({})).toEqual({ ruleId: '100', text: 'Unsafe Class: Person | ALL with probability>80%' });
    expect(told({ ruleText: ' ruleid : 100 |\n Unsafe Class: Person | ALL with probability>80%' }).text).toBe('Unsafe Class: Person | ALL with probability>80%');
  });

  it('is told by its name when it has one', () => {
    expect(told({ ruleName: 'Person in the yard at night' })).toEqual({ ruleId: '100', text: 'Person in the yard at night' });
  });

  it.each([
    'ruleId: 100\nname: a | b\nany:\n  - class: person\n', 'RuleID: 100\n# a | b', '{"ruleId":"100","any":[{"class":"person | dog"}]}', '',
  ])('written as %j is told by what it asked, and never as it stands', (ruleText) => {
    const clauses = [clause({ path: '0', text: 'all of 2', compared: null, threshold: null }), clause(), clause({ path: '0.1', text: 'at least 2 dogs', compared: 3, threshold: 2, unit: 'objects' })];
    expect(told({ ruleText, clauses }).text).toBe('person with probability > 80%, at least 2 dogs');
    expect(told({ ruleText, clauses: [] }).text).toBe('');
  });
});

describe('the reasons', () => {
  const found = (changed: Partial<Clause>) => alertText(facts({ clauses: [clause(changed)] }), TOLD).reasons[0]?.found;

  it.each([
    [{ compared: 0.874, threshold: 0.8 }, '87 %'],
    [{ compared: 0.8004, threshold: 0.8 }, '80.04 %'],
    [{ compared: 0.29, threshold: 0.2 }, '29 %'],
    [{ compared: 0.999, threshold: 0.9 }, '99 %'],
    [{ compared: 1, threshold: 0.8 }, '100 %'],
    [{ text: 'at least 2 of person with probability >= 50%', compared: 3, threshold: 2, unit: 'objects' as const }, '3'],
    [{ text: 'vehicle with probability >= 50%, at least 10 s', compared: 10.44, threshold: 10, unit: 'seconds' as const }, '10 s'],
    [{ text: 'vehicle with probability >= 50%, at least 15 min', compared: 905, threshold: 900, unit: 'seconds' as const }, '15 min'],
    [{ text: 'on at least 2 of the last 3 frames', compared: 2, threshold: 2, unit: 'frames' as const }, '2 frames'],
    [{ compared: null, threshold: null }, null],
  ])('tell %j as %j', (changed, told) => {
    expect(found(changed)).toBe(told);
  });

  it('leave out what did not hold, and conditions that only join others', () => {
    const clauses = [clause({ path: '0', text: 'any of', compared: null, threshold: null }), clause(), clause({ text: 'dog with probability > 80%', holds: false, compared: 0.2 })];
    expect(alertText(facts({ clauses }), TOLD).reasons).toEqual([{ path: '0.0', asked: 'person with probability > 80%', found: '87 %' }]);
  });

  it('tell a condition without a number when there is no other', () => {
    expect(alertText(facts({ clauses: [clause({ text: 'no helmet', compared: null, threshold: null })] }), TOLD).reasons).toEqual([{ path: '0.0', asked: 'no helmet', found: null }]);
  });
});
