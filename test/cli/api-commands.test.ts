/** The commands that talk to an API, against a real one: HTTP, database, frame store. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pushed } from '../../cli/push-footage.ts';
import type { Client } from '../../client/client.ts';
import { buildTag } from '../../contracts/tag.ts';
import { instantFromDate, localTime, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import type { TestDatabase } from '../support/database.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineWithApi } from './command-line-with-api.ts';

let db: TestDatabase;
let cli: CommandLine;
let client: Client;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ db, cli, client, close } = await commandLineWithApi());
  await client.putUser('anna', { name: 'Anna' });
  await client.putDevice('door', { userId: 'anna', name: 'Door', timeZone: 'Europe/Berlin' });
});
afterAll(() => close());

async function picture(name: string, shade: number): Promise<string> {
  const path = join(cli.home, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: shade, g: shade, b: shade } } }).jpeg().toBuffer());
  return path;
}

/** Canonical, a whole second, so many hours ago: recent, whenever the test runs. */
const hoursAgo = (hours: number): Instant => instantFromDate(new Date(Math.floor(Date.now() / 1000) * 1000 - hours * 3_600_000));

const capturedTimes = async (pushed: Pushed): Promise<string[]> => Promise.all(pushed.frameIds.map(async (frameId) => (await client.frame(frameId)).capturedAt));

describe('frames push', () => {
  it('hands over a picture, and recognises it when it comes again', async () => {
    const path = await picture('one.jpg', 10);
    const at = hoursAgo(1);
    const first = await cli.json<Pushed>(['frames', 'push', path, '--device', 'door', '--captured-at', at]);
    expect(first).toMatchObject({ accepted: 1, duplicates: 0, refused: [] });
    expect(await capturedTimes(first)).toEqual([at]);
    const again = await cli.json<Pushed>(['frames', 'push', path, '--device', 'door', '--captured-at', at]);
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, frameIds: first.frameIds });
  });

  it('takes the pictures of a folder in the order of their numbers, spaced by --fps', async () => {
    for (const [name, shade] of [['frame-10.jpg', 30], ['frame-2.jpg', 20], ['frame-1.jpg', 10]] as const) await picture(`folder/${name}`, shade);
    await writeFile(join(cli.home, 'folder', 'notes.txt'), 'no picture');
    const at = hoursAgo(2);
    const pushed = await cli.json<Pushed>(['frames', 'push', join(cli.home, 'folder'), '--device', 'door', '--captured-at', at, '--fps', '4']);
    const frames = await Promise.all(pushed.frameIds.map((frameId) => client.frameImage(frameId)));
    const shades = await Promise.all(frames.map(async ({ bytes }) => (await sharp(bytes).stats()).channels[0]?.mean));
    expect(shades.map((shade) => Math.round(shade ?? 0))).toEqual([10, 20, 30]);
    expect(await capturedTimes(pushed)).toEqual([at, plusMs(at, 250), plusMs(at, 500)]);
  });

  it('takes a folder of more pictures than go in one request, each at its time', async () => {
    for (let n = 0; n < 40; n += 1) await picture(`many/${n}.jpg`, n);
    const at = hoursAgo(4);
    const pushed = await cli.json<Pushed>(['frames', 'push', join(cli.home, 'many'), '--device', 'door', '--captured-at', at, '--fps', '1']);
    expect(pushed).toMatchObject({ accepted: 40, duplicates: 0, refused: [] });
    expect(await capturedTimes(pushed)).toEqual(Array.from({ length: 40 }, (_, n) => plusMs(at, n * 1000)));
  });

  it('lets the last picture be of now when no time is given', async () => {
    await picture('now/1.jpg', 40);
    await picture('now/2.jpg', 50);
    const before = Date.now();
    const [first = '', last = ''] = await capturedTimes(await cli.json<Pushed>(['frames', 'push', join(cli.home, 'now'), '--device', 'door', '--fps', '1']));
    expect(Date.parse(last)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(last)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(last) - Date.parse(first)).toBe(1_000);
  });

  it('names what is refused, goes on with the others, and ends with 1', async () => {
    await picture('mixed/1.jpg', 60);
    await writeFile(join(cli.home, 'mixed', '2.jpg'), '');
    await picture('mixed/3.jpg', 70);
    const { exitCode, stdout } = await cli.run(['frames', 'push', join(cli.home, 'mixed'), '--device', 'door']);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^door: 2 accepted, 1 REFUSED\.\n {2}2\.jpg: body_empty: /);
  });

  it('ends at the first frame when the device is not known: no other would fare better', async () => {
    const { exitCode, stdout, stderr } = await cli.run(['frames', 'push', join(cli.home, 'folder'), '--device', 'nobody']);
    expect([exitCode, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^watchpost: device_unknown: .*\n {2}Register the device/)]);
  });

  it('says what is wrong with a folder without pictures', async () => {
    await mkdir(join(cli.home, 'empty'));
    expect(await cli.run(['frames', 'push', join(cli.home, 'empty'), '--device', 'door'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds no picture') });
  });
});

describe('frames show', () => {
  it('prints state, tag, time at the camera and picture', async () => {
    const at = hoursAgo(3);
    const { frameIds: [frameId = ''] } = await cli.json<Pushed>(['frames', 'push', await picture('shown.jpg', 80), '--device', 'door', '--captured-at', at]);
    const { exitCode, stdout } = await cli.run(['frames', 'show', frameId]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^state +accepted$/m);
    const tag = buildTag({ userId: 'anna', deviceId: 'door', capturedAt: at, timeZone: 'Europe/Berlin' });
    expect(stdout).toMatch(new RegExp(`^tag +${tag}$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^captured +${localTime(at, 'Europe/Berlin')}$`, 'm'));
    expect(await cli.json(['frames', 'show', frameId])).toMatchObject({ frameId, state: 'accepted', stages: [], batches: [] });
  });

  it('says that it does not know a frame', async () => {
    expect(await cli.run(['frames', 'show', '01a1fd50-bf90-7a65-98b6-7f2402f97040'])).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^watchpost: frame_unknown: /) });
  });
});

describe('frames refused', () => {
  beforeAll(async () => {
    for (const [n, reason] of ['image_void', 'image_void', 'image_corrupt'].entries()) {
      await db.pool.query(`INSERT INTO invalid_frames (frame_id, captured_at, device_id, user_id, reason, detail, sha256, refused_at, expires_at)
        VALUES ($1, '2026-03-01T02:14:00Z', 'door', 'anna', $2, 'black all over', '\\x01', $3, now() + interval '1 day')`,
      [`01a1fd50-bf90-7a65-98b6-00000000000${n}`, reason, `2026-03-01T02:15:0${n}Z`]);
    }
  });

  it('lists what was refused and why, the latest first', async () => {
    const { exitCode, stdout } = await cli.run(['frames', 'refused', '--reason', 'image_void']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^frame .*\n01a1\S+1 +door +2026-03-01 02:15:01 +image_void +black all over\n01a1\S+0 +door .*\n$/);
    expect(await cli.json(['frames', 'refused', '--from', '2026-03-01T02:15:02Z'])).toMatchObject({ frames: [{ reason: 'image_corrupt' }], next: null });
    expect((await cli.run(['frames', 'refused', '--device', 'nothing'])).stdout).toBe('No refused frames.\n');
  });

  it('counts them per device and reason', async () => {
    expect((await cli.run(['frames', 'refused', '--counts', '--device', 'door'])).stdout)
      .toMatch(/^device .*\ndoor +anna +image_void +2 +2026-03-01 02:15:01\ndoor +anna +image_corrupt +1 +2026-03-01 02:15:02\n$/);
    expect(await cli.json(['frames', 'refused', '--counts', '--reason', 'image_corrupt'])).toMatchObject({ counts: [{ deviceId: 'door', frames: 1 }] });
  });
});

describe('rules put and list', () => {
  it('saves a rule from standard input, versions it and warns', async () => {
    const text = 'RuleID: 100 | Unsafe Class: Dog, Racoon | ALL with probability>80%';
    const { exitCode, stdout } = await cli.run(['rules', 'put', '100', '-'], { stdin: `${text}\n` });
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Rule 100 is saved, version 1\.\n-:1:34: warning class_unknown: /)]);
    expect(await cli.json(['rules', 'put', '100', '-'], { stdin: text.replace('80', '70') })).toMatchObject({ version: 2 });
    expect((await cli.run(['rules', 'list'])).stdout).toMatch(/^rule +version +users +groups +policies +name or text\n100 +2 +0 +0 +0 +RuleID: 100 \| Unsafe Class: Dog, Racoon \| ALL with probability>70%\nrule 100:1:34: warning/);
  });

  it('shows every problem of a rule that is refused', async () => {
    const { exitCode, stderr } = await cli.run(['rules', 'put', '101', '-'], { stdin: 'RuleID: 101 | Unsafe Class: Dog; Cat | ALL with probability>800%' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^watchpost: rule_malformed: /);
    expect(stderr).toMatch(/^ {2}rule:1:\d+: error class_name_malformed/m);
    expect(stderr).toMatch(/^ {2}rule:1:\d+: error threshold_out_of_range/m);
  });
});

it('keys create shows the key once, and it works', async () => {
  const { key } = await cli.json<{ key: string }>(['keys', 'create', '--role', 'ops']);
  expect((await cli.run(['status', '--key', key])).exitCode).toBe(0);
  expect(await cli.run(['keys', 'create', '--role', 'customer', '--user', 'nobody'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('user_unknown') });
  expect((await cli.run(['status', '--key', 'wp_ops_wrong'])).stderr).toMatch(/^watchpost: unauthenticated: /);
});

it('status says loudly that nobody works and how to change that', async () => {
  const { exitCode, stdout } = await cli.run(['status']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^frames waiting +\d+, the oldest for /m);
  expect(stdout).toMatch(/^detector +NONE at work$/m);
  expect(stdout).toContain('NO WORKERS');
});

it('replay leaves frames alone that are on their way, and wants to know which', async () => {
  const { frameIds: [frameId = ''] } = await cli.json<Pushed>(['frames', 'push', await picture('replayed.jpg', 90), '--device', 'door']);
  expect(await cli.json(['replay', '--frame', frameId])).toEqual({ replayed: 0, frameIds: [], refused: [] });
  expect(await cli.json(['replay', '--state', 'failed'])).toEqual({ replayed: 0, frameIds: [], refused: [] });
  expect(await cli.run(['replay'])).toMatchObject({ exitCode: 2 });
  expect(await cli.run(['replay', '--frame', frameId, '--state', 'failed'])).toMatchObject({ exitCode: 2 });
  expect(await cli.run(['replay', '--frame', frameId, '--limit', '3'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--limit goes with --state') });
});

it('incidents are listed and acknowledged', async () => {
  expect((await cli.run(['incidents', 'list'])).stdout).toBe('No incidents.\n');
  const incidentId = '01a1fd50-bf90-7a65-98b6-7f2402f97040';
  await db.pool.query(`INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, opened_at, last_match_at, first_frame_id, matches)
    VALUES ($1, 'anna', '100', 1, 'door', '2026-11-21T02:00:00Z', '2026-11-21T02:00:00Z', $1, 3)`, [incidentId]);
  expect((await cli.run(['incidents', 'list', '--device', 'door', '--state', 'open'])).stdout).toMatch(new RegExp(`^${incidentId} +open +medium +anna +door +100 +2026-11-21 02:00:00 +3 +-$`, 'm'));
  expect((await cli.run(['incidents', 'ack', incidentId])).stdout).toMatch(/ is acknowledged since 20/);
  expect(await cli.json(['incidents', 'list', '--state', 'open'])).toMatchObject({ incidents: [] });
  expect(await cli.run(['incidents', 'ack', '00000000-0000-7000-8000-000000000000'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('incident_unknown') });
});

it('equipment notices are listed with whom they told', async () => {
  expect((await cli.run(['devices', 'notices'])).stdout).toBe('No equipment notices.\n');
  const noticeId = '01a1fd50-bf90-7a65-98b6-7f2402f97041';
  await db.pool.query(`INSERT INTO equipment_notices (notice_id, kind, device_id, user_id, state, reason, since, last_at, frames, first_frame_id, seen_until, opened_at)
    VALUES ($1, 'void', 'door', 'anna', 'open', 'image_void', '2026-11-21T02:00:00Z', '2026-11-21T02:03:00Z', 5, $1, '2026-11-21T02:03:00Z', '2026-11-21T02:03:00Z')`, [noticeId]);
  await db.pool.query(`INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address, state) VALUES ('notice-1', $1, 'anna-mail', 'email', 'anna@example.org', 'delivered')`, [noticeId]);
  expect((await cli.run(['devices', 'notices', '--device', 'door', '--state', 'open'])).stdout)
    .toMatch(new RegExp(`^${noticeId} +void +open +anna +door +2026-11-21 02:00:00 +2026-11-21 02:03:00 +5 +email anna@example.org delivered$`, 'm'));
  expect(await cli.json(['devices', 'notices', '--state', 'closed'])).toMatchObject({ notices: [] });
});
