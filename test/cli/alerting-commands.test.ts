/** The commands with which people say who is told, against a real API. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../client/client.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineWithApi } from './command-line-with-api.ts';

let cli: CommandLine;
let client: Client;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ cli, client, close } = await commandLineWithApi());
  await client.putUser('anna', { name: 'Anna' });
  await client.putDevice('door', { userId: 'anna', name: 'Door', timeZone: 'Europe/Berlin' });
  await client.putRule('1', 'RuleID: 1 | Unsafe Class: Dog | ALL with probability>80%');
  await client.assignRules('anna', [{ ruleId: '1' }]);
});
afterAll(() => close());

const put = (contactId: string, ...more: string[]) => cli.run(['contacts', 'put', contactId, '--user', 'anna', '--channel', 'email', '--address', `${contactId}@example.org`, ...more]);

describe('contacts', () => {
  it('are put with quiet hours as rules write windows, shown, listed and removed', async () => {
    expect((await put('mail', '--quiet', 'Fri-Sun 22:00-7:00', '--quiet', '12:00-13:00', '--zone', 'Europe/Berlin', '--position', '3')).stdout)
      .toBe('Contact mail is saved: email mail@example.org. Try it with: watchpost contacts test mail\n');
    expect(await client.contact('mail')).toMatchObject({
      position: 3, enabled: true, quietHours: { timeZone: 'Europe/Berlin', windows: [{ days: ['fri', 'sat', 'sun'], from: '22:00', to: '07:00' }, { from: '12:00', to: '13:00' }], breakThrough: 'critical' },
    });
    expect((await cli.run(['contacts', 'show', 'mail'])).stdout).toContain('quiet hours  fri sat sun 22:00-07:00, 12:00-13:00 Europe/Berlin, but critical\n');
    await put('spare', '--disabled');
    const listed = (await cli.run(['contacts', 'list', '--user', 'anna'])).stdout;
    expect(listed).toMatch(/^contact +user +channel +address +state +quiet hours\n/);
    expect(listed).toMatch(/^spare +anna +email +spare@example.org +switched off +-$/m);
    for (const contactId of ['mail', 'spare']) expect((await cli.run(['contacts', 'remove', contactId])).stdout).toBe(`Contact ${contactId} is removed.\n`);
    expect((await cli.json(['contacts', 'list']))).toEqual({ contacts: [] });
  });

  it.each([
    ['a window that is none', ['--quiet', '25:00-07:00', '--zone', 'UTC'], 'The clock goes from 00:00 to 23:59'],
    ['a window without a zone', ['--quiet', '22:00-07:00'], '--quiet needs --zone'],
    ['a zone without a window', ['--zone', 'UTC'], 'say nothing without --quiet'],
  ])('with %s are a mistake of the caller', async (_what, options, said) => {
    const { exitCode, stderr } = await put('wrong', ...options);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('with an address that their channel cannot reach are refused with what one looks like', async () => {
    const { exitCode, stderr } = await cli.run(['contacts', 'put', 'wrong', '--user', 'anna', '--channel', 'sms', '--address', '0170 1234567']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('such as +49 170 1234567')]);
  });

  it('that are tried where no provider is set say so, what to do, and end with 1', async () => {
    await client.putContact('pager', { userId: 'anna', channel: 'pagerduty', address: 'night' });
    const { exitCode, stdout } = await cli.run(['contacts', 'test', 'pager']);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^outcome +refused\nto +pagerduty night\n(.*\n)*what to do +\S/)]);
    expect(await cli.json(['contacts', 'test', 'pager'])).toMatchObject({ outcome: 'refused', channel: 'pagerduty', operator: expect.any(String) });
  });
});

describe('chains', () => {
  const file = async (text: string): Promise<string> => {
    const path = join(cli.home, 'chain.yaml');
    await writeFile(path, text);
    return path;
  };

  it('come from a file or standard input, and say what is doubtful', async () => {
    const { exitCode, stdout } = await cli.run(['chains', 'put', 'night', await file('name: Night\nlevels:\n  - channels: [email]\n    severities: [critical]\n')]);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Chain night is saved\.\nwarning severity_untold: /)]);
    expect(await cli.json(['chains', 'put', 'night', '-'], { stdin: '{"name": "Night", "levels": [{"channels": ["email"], "waitSeconds": 60, "repeats": 2}]}' })).toMatchObject({ chainId: 'night', warnings: [] });
    expect((await cli.run(['chains', 'show', 'night'])).stdout).toBe('night: Night\nlevel  channels  contacts     severities  then waits  repeats\n    0  email     of the user  all         60.0 s            2\n');
    expect((await cli.run(['chains', 'list'])).stdout).toMatch(/^night +Night +1 +0$/m);
  });

  it('that are malformed are refused with the level', async () => {
    const { exitCode, stderr } = await cli.run(['chains', 'put', 'bad', await file('name: Bad\nlevels:\n  - channels: [email]\n    waitSeconds: 5\n')]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('levels.0: It waits 5 s')]);
  });

  it('that are named stay', async () => {
    await client.putChain('mine', { name: 'Mine', levels: [{ channels: ['email'] }] });
    await client.putUser('ben', { name: 'Ben', chain: 'mine' });
    expect((await cli.run(['chains', 'remove', 'mine'])).stderr).toContain('users ben');
    await client.putUser('ben', { name: 'Ben' });
    expect((await cli.run(['chains', 'remove', 'mine'])).stdout).toBe('Chain mine is removed.\n');
  });
});

describe('snoozes', () => {
  it('are made, listed and ended', async () => {
    const { snoozeId } = await cli.json<{ snoozeId: string }>(['snoozes', 'add', '--user', 'anna', '--rule', '1', '--device', 'door', '--hours', '0.5']);
    expect((await cli.run(['snoozes', 'list', '--user', 'anna'])).stdout).toMatch(new RegExp(`^${snoozeId} +anna +rule 1 on door +snoozed +\\S+ \\S+ +key:`, 'm'));
    expect((await cli.run(['snoozes', 'end', snoozeId])).stdout).toBe(`${snoozeId} is ended.\n`);
    expect((await cli.run(['snoozes', 'list'])).stdout).toBe('No snoozes.\n');
    expect((await cli.run(['snoozes', 'list', '--state', 'ended'])).stdout).toContain(snoozeId);
  });

  it('are shown beforehand with what they cover, in words', async () => {
    expect((await cli.run(['snoozes', 'preview', '--user', 'anna', '--everything', '--hours', '1'])).stdout).toMatch(
      /^Until \S+ \S+ UTC it would silence:\n {2}Door +rule 1 +medium\nIn the last 7 days it would have held back 0 incidents with 0 matches, of which 0 messages told\.\nwarning covers_rules: .*\n$/);
  });

  it('of nothing in particular are refused, and so is a time that is none', async () => {
    expect((await cli.run(['snoozes', 'add', '--user', 'anna', '--hours', '1'])).stderr).toContain('everything');
    expect(await cli.run(['snoozes', 'add', '--user', 'anna', '--everything', '--hours', 'x'])).toMatchObject({ exitCode: 2 });
  });
});
