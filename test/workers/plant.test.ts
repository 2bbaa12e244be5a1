import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import { createLog } from '../../workers/log.ts';
import { messagesStayHere, startPlant } from '../../workers/plant.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

const CHILD = fileURLToPath(new URL('telling-child.mjs', import.meta.url));

let db: TestDatabase;
let home: string;
let taken: Server;
beforeAll(async () => {
  db = await freshDatabase();
  home = mkdtempSync(join(tmpdir(), 'watchpost-plant-'));
  taken = createServer();
  await new Promise<void>((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
});
afterAll(async () => {
  await new Promise((resolve) => { taken.close(resolve); });
  await db.drop();
  rmSync(home, { recursive: true, force: true });
});

/** A plant on a port that is taken, with one process in place of its workers: where the API is, and what links begin with. */
async function startOnTakenPort(): Promise<{ baseUrl: string; linksBegin: string | null }> {
  const told = join(home, 'told');
  const { SMTP_URL: _smtp, WATCHPOST_PUBLIC_URL: _url, ...inherited } = process.env;
  const all = {
    ...inherited, DATABASE_URL: db.url, TEMPORAL_ADDRESS: '127.0.0.1:9', WATCHPOST_HOME: home, WATCHPOST_PORT: String((taken.address() as AddressInfo).port),
  };
  const plant = await startPlant({
    settings: loadSettings(all), env: all, log: createLog('plant', 'silent'), logFiles: true,
    workers: [{ name: 'telling', executable: CHILD, args: [told, 'WATCHPOST_PUBLIC_URL'] }],
  });
  try {
    return { baseUrl: plant.baseUrl, linksBegin: JSON.parse(readFileSync(told, 'utf8')).WATCHPOST_PUBLIC_URL };
  } finally {
    await plant.stop();
  }
}

describe('links in the messages of a plant', () => {
  it('lead to its own API by the port that it got, where mails stay in the embedded inbox', async () => {
    const { baseUrl, linksBegin } = await startOnTakenPort();
    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(baseUrl).not.toContain(`:${(taken.address() as AddressInfo).port}`);
    expect(linksBegin).toBe(baseUrl);
  });

  it.each([
    ['WATCHPOST_PUBLIC_URL', 'https://watch.example.org'], ['SMTP_URL', 'smtp://127.0.0.1:9'], ['SENDGRID_API_KEY', 'SG.a-key-of-tests'],
    ['TWILIO_ACCOUNT_SID', `AC${'0'.repeat(32)}`], ['PAGERDUTY_ROUTING_KEYS', 'guards=abc'],
  ])('do not lead to an address of this machine where %s is set, because messages really go out or the operator says where', (variable, value) => {
    expect(messagesStayHere(loadSettings({}))).toBe(true);
    expect(messagesStayHere(loadSettings({ [variable]: value }))).toBe(false);
  });

  it('lead to it where texts and calls go to a Twilio on this machine', () => {
    const account = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}` };
    expect(messagesStayHere(loadSettings({ ...account, TWILIO_BASE_URL: 'http://127.0.0.1:4010' }))).toBe(true);
    expect(messagesStayHere(loadSettings({ ...account, TWILIO_BASE_URL: 'https://gateway.example.org' }))).toBe(false);
  });
});
