import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEASE_MS, SEND_LIMIT_MS } from '../../activities/deliver-due.ts';
import type { DeliverPorts } from '../../activities/deliver.ts';
import { messageIdOf } from '../../adapters/channels/email/message-id.ts';
import { startInbox } from '../../adapters/embedded/inbox.ts';
import { createPool, query } from '../../adapters/postgres/pool.ts';
import { Failure } from '../../contracts/failures.ts';
import { STAGES } from '../../contracts/stages.ts';
import { objects, selector } from '../../policies/model.ts';
import { startFaultServer } from '../adapters/channels/email/fault-server.ts';
import type { FaultServer, Faults } from '../adapters/channels/email/fault-server.ts';
import { attemptsOf, deliveriesOf, letTimePass, openIncident } from '../adapters/postgres/incident-example.ts';
import type { IncidentExample } from '../adapters/postgres/incident-example.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { SENDER, createDeliverer } from './deliverer.ts';
import type { Deliverer } from './deliverer.ts';

const FIVE_SECONDS_MS = 5_000;
let db: TestDatabase;
let number = 0;
const open: { close(): unknown }[] = [];

beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function mailServer(faults: Faults = {}): Promise<FaultServer> {
  const server = await startFaultServer(faults);
  open.push(server);
  return server;
}

function deliverer(smtpUrl: string, changed?: (ports: DeliverPorts) => Partial<DeliverPorts>): Deliverer {
  const made = createDeliverer(db.pool, smtpUrl, changed);
  open.push(made);
  return made;
}

const incidentFor = (...addresses: string[]): Promise<IncidentExample> => openIncident(db.pool, addresses, ++number);

describe('an alert', () => {
  it('tells each contact what was seen, when and where at the camera, why, and shows it', async () => {
    const server = await mailServer();
    const { incidentId, keys } = await incidentFor('anna@example.com', 'ben@example.com');
    expect(await deliverer(server.url).deliver(incidentId)).toEqual({ delivered: 2, nextTryInMs: null });

    expect(server.recipients.sort()).toEqual(['anna@example.com', 'ben@example.com']);
    expect(server.received.map(({ messageId }) => messageId).sort()).toEqual(keys.map((key) => messageIdOf(key, SENDER.domain)).sort());
    const [mail] = server.received;
    expect(mail?.subject).toBe('Person, 01:14, camera Back door');
    expect(mail?.text).toContain('2026-11-21 01:14:07 WET (Europe/Lisbon)');
    expect(mail?.text).toContain('person with probability > 80%: 87 %');
    expect(mail?.text).toContain('100: Unsafe Class: Person | ALL with probability>80%');
    expect(mail?.text).toContain(`https://watchpost.test/incidents/${incidentId}`);
    expect(JSON.parse(Buffer.from(mail?.attachments[0]?.content as ArrayBuffer).toString())).toEqual({
      jpeg: 'frame abcd', size: { width: 1280, height: 720 }, boxes: [{ box: [10, 20, 30, 40], text: 'person 87 %' }], zones: [], use: 'message',
    });
  });

  it('names the rule and says how bad it was when the message was written, at every try the same', async () => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    await query(db.pool, "UPDATE rule_versions SET name = 'Person at the back door' WHERE rule_id = '100' AND version = 1");
    await query(db.pool, "UPDATE deliveries SET severity = 'critical' WHERE incident_id = $1", [incidentId]);
    await query(db.pool, "UPDATE incidents SET severity = 'low' WHERE incident_id = $1", [incidentId]);
    await deliverer(server.url).deliver(incidentId);
    await query(db.pool, "UPDATE rule_versions SET name = NULL WHERE rule_id = '100'");
    expect(server.received[0]?.subject).toBe('Critical: Person, 01:14, camera Back door');
    expect(server.received[0]?.text).toContain('100: Person at the back door');
  });

  it.each([
    ['repeated', 'Still open: '], ['escalated', 'Nobody has answered: '], ['rose', 'Worse now: '], ['reopened', 'Again: '],
  ])('that is %s begins with %j', async (telling, beginning) => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    await query(db.pool, 'UPDATE deliveries SET telling = $2 WHERE incident_id = $1', [incidentId, telling]);
    await deliverer(server.url).deliver(incidentId);
    expect(server.received[0]?.subject).toBe(`${beginning}Person, 01:14, camera Back door`);
  });

  it('names and outlines the zone that its rule asked for, and no other one', async () => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    const corners = [[0, 0], [1, 0], [1, 1]];
    await query(db.pool, 'UPDATE devices SET zones = $2 WHERE device_id = $1', [`cam${number}`, JSON.stringify([
      { name: 'Yard', kind: 'zone', polygon: corners, anchor: 'centre', classes: null }, { name: 'Gate', kind: 'zone', polygon: corners, anchor: 'centre', classes: null },
    ])]);
    await query(db.pool, "UPDATE rule_versions SET condition = $1 WHERE rule_id = '100' AND version = 1", [JSON.stringify(objects([selector('person', '>', 0.8)], { zones: ['Yard'] }))]);
    await deliverer(server.url).deliver(incidentId);
    await query(db.pool, "UPDATE rule_versions SET condition = '{}' WHERE rule_id = '100'");
    const [mail] = server.received;
    expect(mail?.subject).toBe('Person in Yard, 01:14, camera Back door');
    expect(JSON.parse(Buffer.from(mail?.attachments[0]?.content as ArrayBuffer).toString()).zones).toEqual([{ name: 'Yard', polygon: corners }]);
    expect(mail?.html).toContain('Picture of camera Back door, outlined: Yard, marked: person 87 %');
  });

  it('is not sent again by repeating the activity', async () => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    const { deliver } = deliverer(server.url);
    await deliver(incidentId);
    expect(await deliver(incidentId)).toEqual({ delivered: 0, nextTryInMs: null });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['cannot be read', { store: { get: async () => { throw new Failure('bytes_missing', 'gone'); } } }],
    ['cannot be drawn', { annotator: { annotate: async () => { throw new Failure('picture_unavailable', 'not a JPEG'); } } }],
  ] as [string, Partial<DeliverPorts>][])('goes out without its picture when that %s, and says so', async (_, broken) => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    expect(await deliverer(server.url, () => broken).deliver(incidentId)).toMatchObject({ delivered: 1 });
    expect(server.received[0]?.attachments).toEqual([]);
    expect(server.received[0]?.text).toContain('No picture: the picture of this moment could not be had');
  });

  it('goes out with what is left when frame, verdict and device have gone', async () => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    await query(db.pool, 'DELETE FROM frames WHERE device_id = $1', [`cam${number}`]);
    await query(db.pool, 'DELETE FROM frame_verdicts');
    await query(db.pool, 'DELETE FROM devices WHERE device_id = $1', [`cam${number}`]);
    expect(await deliverer(server.url).deliver(incidentId)).toMatchObject({ delivered: 1 });
    expect(server.received[0]?.subject).toBe(`Rule 100 matched, 01:14, camera cam${number}`);
  });
});

describe('one message', () => {
  it('that cannot be delivered stands in no other\'s way', async () => {
    const server = await mailServer({ recipient: (address) => (address.startsWith('gone') ? 550 : undefined) });
    const { incidentId, keys } = await incidentFor('gone@example.com', 'no mailbox', 'sms@example.com', 'defect@example.com', 'anna@example.com');
    await query(db.pool, `UPDATE deliveries SET channel = 'sms' WHERE delivery_key = $1`, [keys[2]]);
    await query(db.pool, `UPDATE deliveries SET channel = 'defect' WHERE delivery_key = $1`, [keys[3]]);
    const { deliver } = deliverer(server.url, ({ channels }) => ({ channels: { ...channels, defect: { send: async () => { throw new TypeError('of ours'); } } } }));

    const report = await deliver(incidentId);
    expect(report.delivered).toBe(1);
    expect(report.nextTryInMs).toBeGreaterThan(0);
    expect((await deliveriesOf(db.pool, incidentId)).map(({ state, code }) => [state, code])).toEqual([
      ['failed', 'recipient_refused'], ['failed', 'recipient_refused'], ['failed', 'channel_not_configured'], ['waiting', 'internal'], ['delivered', null],
    ]);
  });

  it('that is put off is sent again when it is due, as the same message', async () => {
    let greylisted = true;
    const server = await mailServer({ recipient: () => (greylisted ? 451 : undefined) });
    const { incidentId, keys } = await incidentFor('anna@example.com');
    const { deliver } = deliverer(server.url);
    const report = await deliver(incidentId);
    expect(report.delivered).toBe(0);
    expect(report.nextTryInMs).toBeGreaterThan(0);
    expect(report.nextTryInMs).toBeLessThanOrEqual(FIVE_SECONDS_MS);
    expect(await deliver(incidentId)).toMatchObject({ delivered: 0 });

    greylisted = false;
    await letTimePass(db.pool, incidentId);
    expect(await deliver(incidentId)).toEqual({ delivered: 1, nextTryInMs: null });
    expect(await attemptsOf(db.pool, keys[0])).toMatchObject([{ outcome: 'unavailable', answer: expect.stringContaining('451') }, { outcome: 'delivered' }]);
    expect(await deliveriesOf(db.pool, incidentId)).toMatchObject([{ tries: 2, uncertain: 0 }]);
  });

  it('whose line breaks after DATA is counted as a possible double and sent again with the same Message-ID', async () => {
    const server = await mailServer({ message: (nth) => (nth === 1 ? 'drop' : undefined) });
    const { incidentId, keys } = await incidentFor('anna@example.com');
    const { deliver } = deliverer(server.url);
    await deliver(incidentId);
    await letTimePass(db.pool, incidentId);
    await deliver(incidentId);
    expect(await deliveriesOf(db.pool, incidentId)).toMatchObject([{ state: 'delivered', tries: 2, uncertain: 1 }]);
    expect(server.received.map(({ messageId }) => messageId)).toEqual(Array(2).fill(messageIdOf(keys[0] ?? '', SENDER.domain)));
  });

  it('that was delivered while the database was away is written down when it is back', async () => {
    const server = await mailServer();
    const { incidentId } = await incidentFor('anna@example.com');
    let away = 1;
    const { deliver } = deliverer(server.url, ({ outbox }) => ({
      outbox: { ...outbox, finish: async (...call) => { if (away-- > 0) throw new Failure('database_unavailable', 'away'); return outbox.finish(...call); } },
    }));
    expect(await deliver(incidentId)).toEqual({ delivered: 1, nextTryInMs: null });
    expect(await deliveriesOf(db.pool, incidentId)).toMatchObject([{ state: 'delivered', uncertain: 0 }]);
  });
});

it('a database that is away ends the try as retryable, before any provider is called', async () => {
  const server = await mailServer();
  const pool = createPool('postgresql://nobody@127.0.0.1:1/none', { connections: 1, applicationName: 'test' });
  const away = createDeliverer(pool, server.url);
  open.push(away, { close: () => pool.end() });
  await expect(away.deliver('019aa420-0000-7000-8000-000000000001')).rejects.toMatchObject({ type: 'database_unavailable', nonRetryable: false });
  expect(server.received).toEqual([]);
});

describe('two deliverers at once', () => {
  let home: string;
  beforeEach(async () => { home = await mkdtemp(join(tmpdir(), 'watchpost-deliver-')); });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('never both send a message', async () => {
    const inbox = await startInbox({ home, log: { info() {}, warn() {}, error() {} } });
    open.push(inbox);
    const { incidentId, keys } = await incidentFor(...Array.from({ length: 12 }, (_, n) => `c${n}@example.com`));
    const reports = await Promise.all([1, 2, 3, 4].map(() => deliverer(inbox.url).deliver(incidentId)));
    expect(reports.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(keys.length);
    const mails = await inbox.list();
    expect(mails).toHaveLength(keys.length);
    expect(mails.filter(({ repeats }) => repeats > 0)).toEqual([]);
    expect((await deliveriesOf(db.pool, incidentId)).map(({ tries, uncertain }) => [tries, uncertain])).toEqual(keys.map(() => [1, 0]));
  });
});

it('a process that is killed while the server answers leaves one counted possible double, and nothing lost', async () => {
  const server = await mailServer({ message: (nth) => (nth === 1 ? 'silence' : undefined) });
  const { incidentId, keys } = await incidentFor('anna@example.com');
  const doomed = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('deliver-in-process.ts', import.meta.url)), db.url, server.url, incidentId], { stdio: 'inherit' });
  await vi.waitFor(() => expect(server.received).toHaveLength(1), { timeout: 30_000 });
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');

  const { deliver } = deliverer(server.url);
  expect(await deliver(incidentId)).toMatchObject({ delivered: 0, nextTryInMs: expect.any(Number) });
  await letTimePass(db.pool, incidentId);
  expect(await deliver(incidentId)).toEqual({ delivered: 1, nextTryInMs: null });
  expect(server.received.map(({ messageId }) => messageId)).toEqual(Array(2).fill(messageIdOf(keys[0] ?? '', SENDER.domain)));
  expect(await deliveriesOf(db.pool, incidentId)).toMatchObject([{ state: 'delivered', tries: 2, uncertain: 1 }]);
  expect(await attemptsOf(db.pool, keys[0])).toMatchObject([{ outcome: 'uncertain' }, { outcome: 'delivered' }]);
});

it('a claim outlives the activity that holds it, and a send ends well before both', () => {
  expect(LEASE_MS).toBeGreaterThan(STAGES.messages.startToCloseMs);
  expect(SEND_LIMIT_MS).toBeLessThan(STAGES.messages.startToCloseMs);
});
