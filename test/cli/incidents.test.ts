/** What operations and customers read of an incident at a terminal, against a real API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeIncident } from '../../cli/incident-page.ts';
import type { Client } from '../../client/client.ts';
import type { TestDatabase } from '../support/database.ts';
import { KEYS, RICH, richIncident } from '../support/rich-incident.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineWithApi } from './command-line-with-api.ts';

let db: TestDatabase;
let cli: CommandLine;
let client: Client;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, cli, client, close } = await commandLineWithApi());
  await richIncident(db.pool);
});
afterAll(() => close());

const lines = async (...args: string[]): Promise<string[]> => (await cli.run(['incidents', ...args])).stdout.trimEnd().split('\n');
const open = async (number: number): Promise<string> => {
  const incidentId = `019aa421-0000-7000-8000-${String(number).padStart(12, '0')}`;
  await db.pool.query(`INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, opened_at, last_match_at, first_frame_id, matches)
    VALUES ($1, 'anna', $2, 1, 'back-door', now(), now(), $1, 1)`, [incidentId, `rule-${number}`]);
  return incidentId;
};

describe('incidents show', () => {
  it('says what it is, and tells its story on the clock of its camera', async () => {
    const shown = await lines('show', RICH);
    expect(shown.slice(0, 12)).toEqual([
      `incident  ${RICH}`, 'state     closed, labelled known', 'severity  high', 'user      anna', 'camera    Back door (back-door)', 'rule      100 version 1, People at night',
      'seen      2140 matches, 2026-11-21 02:14:07 CET to 02:50:00 CET', 'chain     night, level 2 told last, no further level',
      'messages  8: 4 delivered, 1 delivered (arrived), 1 failed, 1 delivered (no answer), 1 withdrawn; 0.1358 USD',
      'taken     2026-11-21 02:33:20 CET, by anna-sms', 'resolved  2026-11-21 02:40:02 CET', 'closed    2026-11-21 02:56:00 CET',
    ]);
    expect(shown.slice(12, 16)).toEqual([
      '', '2026-11-21 (CET)', '02:14:07  opened        Person on camera Back door, by rule 100 (People at night), medium.',
      '02:14:07  match         First of 2140 matches: person, 60 %, medium, seen at 02:14:07.',
    ]);
    expect(shown).toContain('02:33:20  response      anna-sms takes charge, by text message: "1".');
  });

  it('breaks long lines between words where the terminal is narrow, and keeps the columns', async () => {
    const story = describeIncident(await client.incident(RICH), 70).slice(13);
    expect(story.filter((line) => line.length > 70)).toEqual([]);
    const greylisted = story.findIndex((line) => line.includes('(112 ms)'));
    expect(story.slice(greylisted - 1, greylisted + 2)).toEqual([
      '02:14:08  attempt       Mail to anna-mail (anna@example.org), try 1',
      '                        (112 ms): not taken, tried again later, "451',
      '                        4.7.1 Greylisted, come back later".',
    ]);
  });

  it('answers with the whole document where a program asks', async () => {
    expect(await cli.json(['incidents', 'show', RICH])).toMatchObject({ incidentId: RICH, story: expect.any(Array), storyLeft: 0 });
    expect(await cli.run(['incidents', 'show', '00000000-0000-7000-8000-000000000000'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('incident_unknown') });
  });
});

describe('answers at the terminal', () => {
  it('resolve and label say what has become of the incident', async () => {
    const [one, two] = [await open(1), await open(2)];
    expect(await lines('resolve', one)).toEqual([expect.stringMatching(/ is resolved since 20/)]);
    expect(await lines('ack', one)).toEqual([expect.stringMatching(/ is resolved already; it is noted/)]);
    expect(await lines('label', two, 'known', '--hours', '8')).toEqual([`${two} is labelled known, and resolved.`]);
    expect(await lines('label', await open(3), 'false-alarm')).toEqual([expect.stringMatching(/ is labelled false-alarm, and resolved\.$/)]);
  });

  it.each([[['real', '--hours', '3'], '--hours goes with known'], [['nice'], 'Allowed choices are real, false-alarm, known'], [['known', '--hours', '0'], 'whole number from 1']])('label %j is refused', async (args, why) => {
    expect(await cli.run(['incidents', 'label', RICH, ...args])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(why) });
  });
});

describe('messages and dead letters', () => {
  it('messages say by whom, how it went, how long it took and what it cost', async () => {
    const shown = await lines('messages', '--contact', 'anna-sms');
    expect(shown[0]).toMatch(/^written \(UTC\) +about +contact +by +address +state +arrival +tries +took +cost$/);
    expect(shown[1]).toMatch(/^2026-11-21 01:19:09 +incident escalated +anna-sms +sms +\+4915112345678 +delivered +arrived +1 +490 ms +0.0158 USD$/);
    expect(await lines('messages', '--state', 'sending')).toEqual(['No messages.']);
  });

  it('a dead letter is shown with what to do, and goes out again', async () => {
    const shown = await lines('dead-letters');
    expect(shown[0]).toBe(KEYS.dead);
    expect(shown).toContainEqual(expect.stringMatching(/^ +failed +given_up: given up after 3 tries: 503 Service Unavailable$/));
    expect(shown).toContainEqual(expect.stringMatching(/^given_up +All tries .* send the dead letter again/));
    expect((await cli.run(['status'])).stdout).toMatch(/^dead letters +1: watchpost incidents dead-letters/m);
    expect(await cli.run(['incidents', 'resend', KEYS.dead, 'nothing'])).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^1 message goes out again\.\n {2}.*office-hook\n {2}not nothing: delivery_unknown\. /) });
    expect(await lines('dead-letters')).toEqual(['No dead letters.']);
    await db.pool.query("UPDATE deliveries SET state = 'failed' WHERE delivery_key = $1", [KEYS.dead]);
  });

  it.each([[[]], [['key', '--code', 'given_up', '--since', '2026-11-21T00:00:00Z']], [['--code', 'given_up']], [['--code', 'nonsense', '--since', '2026-11-21T00:00:00Z']]])('resend %j is refused', async (args) => {
    expect((await cli.run(['incidents', 'resend', ...args])).exitCode).toBe(2);
  });
});
