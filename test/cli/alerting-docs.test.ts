/** The commands and bodies of the page about alerting, given one after the other to a running API. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireAddress } from '../../adapters/channels/address.ts';
import type { ContactBody, UserBody } from '../../api/shapes/accounts.ts';
import type { SnoozeBody } from '../../api/shapes/snoozes.ts';
import type { Client } from '../../client/client.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import { MAX_LEVELS, MAX_REPEATS, MAX_WAIT_SECONDS, MIN_WAIT_SECONDS } from '../../contracts/escalation.ts';
import { DEFAULT_BREAK_THROUGH } from '../../contracts/quiet-hours.ts';
import type { Fence } from '../support/doc-fences.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineWithApi } from './command-line-with-api.ts';
import { typePage } from './type-page.ts';
import type { Typed } from './type-page.ts';

const page = readFileSync(new URL('../../docs/alerting.md', import.meta.url), 'utf8');
let cli: CommandLine;
let client: Client;
let close: () => Promise<void>;
let typed: Typed[];
let sent = 0;

beforeAll(async () => {
  ({ cli, client, close } = await commandLineWithApi());
  for (const userId of ['anna', 'ben']) await client.putUser(userId, { name: userId });
  await client.putDevice('back-door', { userId: 'anna', name: 'Back door', timeZone: 'Europe/Berlin' });
  await client.putRule('person-in-yard', 'RuleID: person-in-yard | Unsafe Class: Person | ALL with probability>80%');
  await client.assignRules('anna', [{ ruleId: 'person-in-yard' }]);
  typed = await typePage(page, cli, send);
});
afterAll(() => close());

async function send({ language, words, body }: Fence): Promise<void> {
  const [, method, path = ''] = /^(put|post)=(\S+)/.exec(words[0] ?? '') ?? [];
  if (language !== 'json' || method === undefined) return;
  sent += 1;
  const json: unknown = JSON.parse(body);
  const [, noun, id = ''] = /^\/v1\/(\w+)\/?(.*)$/.exec(path) ?? [];
  if (noun === 'users') await client.putUser(id, json as UserBody);
  else if (noun === 'contacts') await client.putContact(id, json as ContactBody);
  else if (noun === 'snoozes') await client.snooze(json as SnoozeBody);
  else throw new Error(`the page sends to ${path}, which this test does not know`);
}

const answerTo = (start: string): string => typed.find(({ command }) => command.startsWith(start))?.ran.stdout ?? '';
const section = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

describe('the page about alerting', () => {
  it('has commands and bodies that all do what they are there for', () => {
    expect([typed.length >= 15, sent >= 4]).toEqual([true, true]);
    for (const { command, ran } of typed) expect([command, ran.exitCode, ran.stderr]).toEqual([command, 0, '']);
  });

  it('leaves a user with a chain, a budget and contacts that sleep', async () => {
    expect(await client.user('anna')).toMatchObject({ chain: 'night-watch', messagesPerHour: 10 });
    const { contacts } = await client.contacts({ userId: 'anna' });
    expect(contacts.map(({ contactId, quietHours }) => [contactId, quietHours?.windows.length ?? 0, quietHours?.breakThrough])).toEqual([
      ['anna-call', 2, 'critical'], ['anna-mail', 0, undefined], ['anna-sms', 2, 'high']]);
    expect(await client.policy('after-hours')).toMatchObject({ defaults: { chain: 'night-watch', quietHours: { windows: [{ from: '12:00', to: '13:00' }], breakThrough: DEFAULT_BREAK_THROUGH } } });
    expect((await client.snoozes({ userId: 'anna' })).snoozes.map(({ ruleId }) => ruleId)).toEqual([null, 'person-in-yard']);
  });

  it('shows a chain without a warning, and warns of a snooze that covers every rule', () => {
    expect(answerTo('watchpost chains put')).toBe('Chain night-watch is saved.\n');
    expect(answerTo('watchpost snoozes preview')).toContain('warning covers_rules');
  });

  it('is right about addresses', () => {
    const rows = [...section('Contacts').matchAll(/^\| ((?:`\w+`(?:, )?)+) \| `([^`]+)` \| (?:`([^`]+)`|as given)/gm)];
    const named = rows.flatMap(([, channels = '', address = '', kept]) => [...channels.matchAll(/\w+/g)].map(([channel]) => ({ channel, address, kept: kept ?? address })));
    expect(named.map(({ channel }) => channel)).toEqual(CHANNELS.toSorted((a, b) => named.findIndex(({ channel }) => channel === a) - named.findIndex(({ channel }) => channel === b)));
    for (const { channel, address, kept } of named) expect(requireAddress(channel as (typeof CHANNELS)[number], address)).toBe(kept);
  });

  it('is right about the bounds of chains', () => {
    const chains = section('Escalation chains').replaceAll('\n', ' ');
    for (const said of [`${MIN_WAIT_SECONDS} to ${MAX_WAIT_SECONDS}`, `0 to ${MAX_REPEATS}`, `1 to ${MAX_LEVELS} levels`]) expect(chains).toContain(said);
  });
});
