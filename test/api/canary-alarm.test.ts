import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { CanaryAlarm } from '../../api/canary-alarm.ts';
import { createEmailChannel } from '../../adapters/channels/email/email-channel.ts';
import { startInbox } from '../../adapters/embedded/inbox.ts';
import { silentLog } from '../../adapters/embedded/kept-process.ts';
import { freePort } from '../../adapters/embedded/port.ts';
import { claimTelling, endAlarm, lookForCanary, tellAgainIn } from '../../adapters/postgres/canary-watch.ts';
import { Failure } from '../../contracts/failures.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let db: TestDatabase;
let home: string;
const open: { close(): unknown }[] = [];
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'watchpost-canary-'));
  away = false;
  nowMs = 0;
  await db.pool.query("UPDATE canary_watch SET settled_at = now() - interval '1 hour', alarm_id = NULL, alarm_at = NULL, told_at = NULL, tellings = 0");
  await db.pool.query("INSERT INTO open_door VALUES (true, now() - interval '1 day', now()) ON CONFLICT DO NOTHING");
});
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  await rm(home, { recursive: true, force: true });
});

/** What the database cannot be made to do on order: to be away for one process. */
let away = false;
let nowMs = 0;

function alarm(smtpUrl: string): CanaryAlarm {
  const email = createEmailChannel({ smtpUrl, from: 'Watchpost <watchpost@localhost>' });
  open.push(email);
  const here = <T>(work: Promise<T>): Promise<T> => (away ? Promise.reject(new Failure('database_unavailable', 'away')) : work);
  return new CanaryAlarm({
    periodMs: 60_000, mail: { to: 'ops@example.org', channel: async () => email }, log: createLog('test', 'silent'), nowMs: () => nowMs,
    look: () => here(lookForCanary(db.pool)), claimTelling: (row, id) => here(claimTelling(db.pool, row, id)),
    tellAgainIn: (id, remindMs, inMs) => here(tellAgainIn(db.pool, id, remindMs, inMs)), endAlarm: (id) => here(endAlarm(db.pool, id)),
    plantNow: async () => ({ waitingFrames: 7, openBatches: 2, stages: ['validate', 'record'] }),
  });
}
async function inbox() {
  const started = await startInbox({ home, log: silentLog });
  open.push(started);
  return { url: started.url, subjects: async () => (await started.list()).toReversed().map(({ subject }) => subject.replace(/\d\d:\d\d/, 'hh:mm')), started };
}
const STANDS = 'Watchpost: no frame has come through since hh:mm UTC';
const GOES_ON = 'Watchpost: frames come through again';
const comesThrough = () => db.pool.query("UPDATE canary_watch SET settled_at = now() + interval '1 second'");

it('is told once by several processes, and again each hour', async () => {
  const { url, subjects, started } = await inbox();
  const [one, other] = [alarm(url), alarm(url)];
  await Promise.all([one.turn(), other.turn()]);
  await Promise.all([one.turn(), other.turn()]);
  expect(await subjects()).toEqual([STANDS]);
  const text = String(await started.raw((await started.list())[0]!.id));
  expect(text).toContain('Nobody runs');
  expect(text).toMatch(/detect, evaluate, alert/);
  await db.pool.query("UPDATE canary_watch SET told_at = told_at - interval '1 hour'");
  await Promise.all([one.turn(), other.turn()]);
  expect(await subjects()).toEqual([STANDS, STANDS]);
});

it('ends with one that comes through, which is told once', async () => {
  const { url, subjects } = await inbox();
  const [one, other] = [alarm(url), alarm(url)];
  await one.turn();
  await comesThrough();
  await Promise.all([one.turn(), other.turn()]);
  await one.turn();
  expect(await subjects()).toEqual([STANDS, GOES_ON]);
});

it('that could not be told, because the mail server is away too, is told a minute later', async () => {
  const { url, subjects } = await inbox();
  await alarm(`smtp://127.0.0.1:${await freePort()}`).turn();
  await alarm(url).turn();
  expect(await subjects()).toEqual([]);
  await db.pool.query("UPDATE canary_watch SET told_at = told_at - interval '1 minute'");
  await alarm(url).turn();
  expect(await subjects()).toEqual([STANDS]);
});

it('is told while the database is away, by what was known last, each hour and until one comes through', async () => {
  const { url, subjects } = await inbox();
  await db.pool.query('UPDATE canary_watch SET settled_at = now()');
  const watch = alarm(url);
  await watch.turn();
  away = true;
  nowMs = 4 * 60_000;
  await watch.turn();
  expect(await subjects()).toEqual([]);
  nowMs = 6 * 60_000;
  await watch.turn();
  await watch.turn();
  expect(await subjects()).toEqual([STANDS]);
  nowMs = 67 * 60_000;
  await watch.turn();
  expect(await subjects()).toEqual([STANDS, STANDS]);
  away = false;
  await watch.turn();
  expect(await subjects()).toEqual([STANDS, STANDS]);
  await db.pool.query("UPDATE canary_watch SET settled_at = now() + interval '2 hours'");
  await watch.turn();
  await watch.turn();
  expect(await subjects()).toEqual([STANDS, STANDS, GOES_ON]);
});
