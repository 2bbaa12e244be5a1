import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createNagiosChannel } from '../../../../adapters/channels/nagios/nagios-channel.ts';
import { INCIDENT, alertExample } from '../email/alert-example.ts';
import { noticeExample, testExample } from '../webhook/messages.ts';
import { HOST, SEND_NSCA, nagiosMissing, startNagios } from './nagios.ts';
import type { Nagios, ServiceStatus } from './nagios.ts';

if (nagiosMissing !== undefined) console.warn(`SKIPPED: passive checks by a real Nagios, because ${nagiosMissing}`);

const KEY = `${INCIDENT}:0:0:nagios:ops`;
const LINK = 'https://watchpost.example.com/incidents/0199a0c4';

describe.skipIf(nagiosMissing !== undefined)(`a real Nagios${nagiosMissing === undefined ? '' : ` (skipped: ${nagiosMissing})`}`, () => {
  let nagios: Nagios;
  beforeAll(async () => { nagios = await startNagios(); });
  afterAll(() => nagios.stop());

  /** The status file is written every second. */
  const shows = (service: string, status: Partial<ServiceStatus>): Promise<void> =>
    vi.waitFor(async () => expect(await nagios.statusOf(service)).toMatchObject(status), { timeout: 20_000, interval: 50 });

  const ways = [
    ['the command file', () => createNagiosChannel({ commandFile: nagios.commandFile }), 'cameras'],
    ['NSCA', () => createNagiosChannel({ nsca: nagios.nsca }), 'Camera 1.front'],
  ] as const;

  describe.each(ways)('by %s', (way, open, service) => {
    const to = `${HOST}/${service}`;

    it('shows an incident from its beginning over who takes charge to its end', async () => {
      const channel = open();
      const receipt = await channel.send(alertExample({ to, severity: 'high', sentence: 'High severity: Person, 02:14, camera Back door' }), KEY);
      expect(receipt).toMatchObject({ provider: way === 'NSCA' ? 'nsca' : 'nagios', providerId: KEY, answer: expect.stringMatching(/answers nothing/) });
      await shows(service, { state: 2, output: `High severity: Person, 02:14, camera Back door ${LINK}` });
      await channel.send(alertExample({ to, severity: 'high', telling: 'taken' }), KEY);
      await shows(service, { state: 1, output: `Taken charge of: Person, 02:14, camera Back door ${LINK}` });
      await channel.send(alertExample({ to, severity: 'high', telling: 'over', link: null }), KEY);
      await shows(service, { state: 0, output: 'Over: Person, 02:14, camera Back door' });
      channel.close();
    });

    it('shows letters of every script, and no field or command that was smuggled in with a name', async () => {
      const channel = open();
      const sentence = 'Личность 裏口 🚪; |x=1\n[0] PROCESS_SERVICE_CHECK_RESULT;yard gate;equipment;2;smuggled';
      await channel.send(alertExample({ to, sentence, link: null }), KEY);
      await shows(service, { state: 1, output: 'Личность 裏口 🚪, /x=1 [0] PROCESS_SERVICE_CHECK_RESULT,yard gate,equipment,2,smuggled' });
      expect((await nagios.statusOf('equipment')).output).not.toBe('smuggled');
      channel.close();
    });

    it('shows as much of a long text as there is room for', async () => {
      const channel = open();
      await channel.send(alertExample({ to, sentence: '裏'.repeat(3_000), link: null }), KEY);
      await vi.waitFor(async () => expect((await nagios.statusOf(service)).output).toMatch(/^裏{1000,}…$/), { timeout: 20_000, interval: 50 });
      channel.close();
    });

    it('is well after a test', async () => {
      const channel = open();
      await channel.send(testExample({ to }), KEY);
      await shows(service, { state: 0, output: 'test: This is a test of Watchpost. Nothing has happened.' });
      channel.close();
    });

    it('shows what is the matter with a camera, and that it is well again', async () => {
      const channel = open();
      await channel.send(noticeExample({ to }), KEY);
      await shows(service, { state: 1, output: 'Camera Back door has sent no usable picture since 02:14' });
      await channel.send(noticeExample({ to, telling: 'well', sentence: 'Camera Back door is well again' }), KEY);
      await shows(service, { state: 0, output: 'Camera Back door is well again' });
      channel.close();
    });

    it('drops what is about a service that it does not know, and only its own log says so', async () => {
      const channel = open();
      const unknown = `unknown ${way === 'NSCA' ? 'far' : 'near'}`;
      await expect(channel.send(alertExample({ to: `${HOST}/${unknown}` }), KEY)).resolves.toMatchObject({ answer: expect.stringMatching(/answers nothing/) });
      await vi.waitFor(async () => expect(await nagios.log()).toMatch(new RegExp(`Passive check result was received for service '${unknown}' on host '${HOST}', but the service could not be found`)), { timeout: 20_000 });
      channel.close();
    });
  });

  it('takes many messages at once by either way, and mixes none', async () => {
    // Not its lines about passive checks, in which this version writes what the service was before.
    const seen = async (sentence: string): Promise<number> => (await nagios.log()).split('\n').filter((line) => line.includes('] EXTERNAL COMMAND: ') && line.endsWith(`;1;${sentence} ${LINK}`)).length;
    for (const [way, open, service] of ways) {
      const channel = open();
      // Long ones fill the command file many times over; NSCA drops what that has no room for, so it gets as much as fits.
      const name = (n: number): string => `${way} storm ${n} ${'x'.repeat(way === 'NSCA' ? 200 : 2_000)}`;
      await Promise.all(Array.from({ length: 20 }, (_, n) => channel.send(alertExample({ to: `${HOST}/${service}`, sentence: name(n) }), KEY)));
      for (let n = 0; n < 20; n += 1) await vi.waitFor(async () => expect(await seen(name(n))).toBe(1), { timeout: 20_000, interval: 50 });
      channel.close();
    }
  });

  it('does not hear who has a wrong password, who cannot know it', async () => {
    const channel = createNagiosChannel({ nsca: { ...nagios.nsca, password: 'another' } });
    await expect(channel.send(alertExample({ to: `${HOST}/equipment`, sentence: 'never shown' }), KEY)).resolves.toMatchObject({ answer: expect.stringMatching(/^sent, not confirmed: .*not even to a wrong password$/) });
    // What comes after it is shown, so it would have been by now.
    const right = createNagiosChannel({ nsca: nagios.nsca });
    await right.send(alertExample({ to: `${HOST}/equipment`, sentence: 'shown', link: null }), KEY);
    await shows('equipment', { output: 'shown' });
    expect(await nagios.log()).not.toContain('never shown');
  });

  it.skipIf(!existsSync(SEND_NSCA))('shows what we send as it shows what the reference client sends', async () => {
    const configuration = join(nagios.folder, 'send_nsca.cfg');
    await writeFile(configuration, `password=${nagios.nsca.password}\nencryption_method=1\n`);
    const client = spawn(SEND_NSCA, ['-H', nagios.nsca.host, '-p', String(nagios.nsca.port), '-c', configuration], { stdio: ['pipe', 'ignore', 'inherit'] });
    client.stdin.end(`${HOST}\tequipment\t2\tsaid twice\n`);
    expect(await once(client, 'exit')).toEqual([0, null]);
    await shows('equipment', { state: 2, output: 'said twice' });
    const theirs = await nagios.statusOf('equipment');
    const channel = createNagiosChannel({ nsca: nagios.nsca });
    await channel.send(testExample({ to: `${HOST}/equipment`, sentence: 'between' }), KEY);
    await shows('equipment', { state: 0 });
    await channel.send(alertExample({ to: `${HOST}/equipment`, severity: 'critical', sentence: 'said twice', link: null }), KEY);
    await shows('equipment', { state: theirs.state, output: theirs.output });
  });

  it('that is away cannot be told by the command file, and is told when it is back', async () => {
    const channel = createNagiosChannel({ commandFile: nagios.commandFile });
    const message = alertExample({ to: `${HOST}/cameras`, severity: 'high', sentence: 'after the night', link: null });
    await nagios.stopNagios();
    await expect(channel.send(message, KEY)).rejects.toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false, detail: expect.stringMatching(/nagios\.cmd: (it is not there|no Nagios reads it)/) });
    await nagios.startNagios();
    await channel.send(message, KEY);
    await shows('cameras', { state: 2, output: 'after the night' });
  });
});
