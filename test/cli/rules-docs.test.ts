/** The commands of the page about rules, typed one after the other against a running API, from an empty file to an assigned rule. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client } from '../../client/client.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineWithApi } from './command-line-with-api.ts';
import { typePage } from './type-page.ts';
import type { Typed } from './type-page.ts';

let cli: CommandLine;
let client: Client;
let close: () => Promise<void>;
let typed: Typed[];

beforeAll(async () => {
  ({ cli, client, close } = await commandLineWithApi());
  for (const userId of ['anna', 'ben']) await client.putUser(userId, { name: userId });
  await client.putDevice('back-door', { userId: 'anna', name: 'Back door', timeZone: 'Europe/Berlin' });
  typed = await typePage(readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8'), cli);
});
afterAll(() => close());

const answerTo = (start: string): string => typed.find(({ command }) => command.startsWith(start))?.ran.stdout ?? '';

it('has commands that all do what they are there for', () => {
  expect(typed.length).toBeGreaterThanOrEqual(15);
  for (const { command, ran } of typed) expect([command, ran.exitCode, ran.stderr]).toEqual([command, 0, '']);
});

it('leads from an empty file to a rule in force without a warning', async () => {
  expect(answerTo('watchpost rules check')).not.toMatch(/warning|error/);
  const rule = await client.rule('yard-at-night');
  expect([rule.version, rule.warnings, rule.userIds]).toEqual([1, [], ['anna', 'ben']]);
});

it('gives a group its policy and keeps what was before', async () => {
  expect(await client.policy('after-hours')).toMatchObject({ version: 1, defaults: { severity: 'low' } });
  expect(answerTo('watchpost changes')).toContain('before  -');
  expect(answerTo('watchpost rules test')).toContain('2 passed, 0 failed');
});

it('says at once what the devices lack to which a rule is assigned', async () => {
  await client.putDevice('gate', { userId: 'ben', name: 'Gate', timeZone: 'Europe/Berlin' });
  const { exitCode, stdout } = await cli.run(['rules', 'assign', 'car-comes', '--user', 'ben', '--device', 'gate']);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Assigned: 1 new, 0 changed, 0 as they were\.\n(.*\n)*rule car-comes:4:9: warning zone_unknown: .*gate/)]);
  expect((await cli.run(['rules', 'unassign', 'car-comes', '--user', 'ben'])).stdout).toBe('Taken away from 1.\n');
});
