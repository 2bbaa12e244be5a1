/** A contact is tried out through the whole of it: command line, API, mail server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContactTest } from '../../api/shapes/contact-tests.ts';
import { startInbox } from '../../adapters/embedded/inbox.ts';
import type { Inbox } from '../../adapters/embedded/inbox.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineWithApi } from './command-line-with-api.ts';

let home: string;
let inbox: Inbox;
let cli: CommandLine;
let close: () => Promise<void>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'watchpost-inbox-'));
  inbox = await startInbox({ home, log: { info() {}, warn() {}, error() {} } });
  const started = await commandLineWithApi({ SMTP_URL: inbox.url });
  ({ cli, close } = started);
  await started.client.putUser('anna', { name: 'Anna' });
  await started.client.putContact('anna-mail', { userId: 'anna', channel: 'email', address: 'anna@example.org' });
});
afterAll(async () => {
  await close();
  await inbox.close();
  await rm(home, { recursive: true, force: true });
});

it('a test mail arrives, and the command says what the mail server answered', async () => {
  const { exitCode, stdout } = await cli.run(['contacts', 'test', 'anna-mail']);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^outcome +delivered\nto +email anna@example\.org\nprovider +smtp\n(.*\n)*answer +250 .*kept as/)]);
  expect(await inbox.list()).toMatchObject([{ to: 'anna@example.org', subject: 'Test of Watchpost: alerts for anna-mail arrive here' }]);
});

it('a mail server that is away is unavailable, and the command ends with 1', async () => {
  await inbox.close();
  const { exitCode, stdout } = await cli.run(['contacts', 'test', 'anna-mail', '--json']);
  expect([exitCode, JSON.parse(stdout) as ContactTest]).toMatchObject([1, { outcome: 'unavailable', code: 'provider_unavailable', operator: expect.stringContaining('messages wait'), uncertain: false }]);
});
