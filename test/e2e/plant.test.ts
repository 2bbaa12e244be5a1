/** The product as it is started for real use: one plant, real servers, real pictures, from the HTTP door to the mail. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameStatus } from '../../api/shapes/frames.ts';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import { instantFromDate, localTime, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { courtyardFrames } from '../support/footage.ts';
import { frameSettled, putAccount, removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';

const pictures = await courtyardFrames(8);
const NOW = instantFromDate(new Date(Date.now() - 600_000));
const at = (seconds: number): Instant => plusMs(NOW, seconds * 1000);
const TERMINAL = ['rejected', 'no_match', 'suppressed', 'alerted', 'failed'];

describe.skipIf(!pictures)('a plant', () => {
  let home: string;
  let plant: TestPlant;
  let client: Client;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'watchpost-e2e-'));
    await begin();
    await putAccount(plant, 'ann', ['gate', 'yard', 'dark'], { 100: 'RuleID: 100 | Unsafe Class: Person | ALL with probability>50%' });
    await putAccount(plant, 'bob', ['shed'], { 200: 'RuleID: 200 | Unsafe Class: Zebra | ALL with probability>50%' });
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    await plant?.stop();
    await removeHome(home);
  }, 180_000);

  async function begin(): Promise<void> {
    plant = await startTestPlant({ home });
    client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
  }
  const push = async (deviceId: string, seconds: number, bytes: Buffer): Promise<string> =>
    (await client.pushFrame({ deviceId, capturedAt: at(seconds), bytes, mediaType: 'image/jpeg' })).frameId;
  const settled = (frameId: string): Promise<FrameStatus> => frameSettled(plant, frameId);
  const allMailed = () => until('messages to be handed over', async () => {
    const { messages } = await plant.call<{ messages: { waiting: number; sending: number; delivered: number } }>('GET', '/v1/ops/accounting');
    return messages.waiting + messages.sending === 0 && messages;
  });

  it('tells a person with picture, boxes and local time when somebody is seen, once for a whole visit', async () => {
    const frames = [];
    for (const [n, picture] of pictures!.slice(0, 4).entries()) frames.push(await settled(await push('gate', n, picture)));
    expect(frames.map(({ state }) => state)).toEqual(['alerted', 'alerted', 'alerted', 'alerted']);
    const [first] = frames;
    expect([first!.width, first!.height]).toEqual([768, 576]);
    expect(first!.detections.some(({ label, probability }) => label === 'person' && probability > 0.5)).toBe(true);

    await allMailed();
    const mails = (await (await plant.inbox()).list()).filter(({ to }) => to.includes('ann@example.org'));
    expect(mails).toHaveLength(1);
    const mail = await PostalMime.parse((await (await plant.inbox()).raw(mails[0]!.id))!);
    expect(mail.text).toContain(localTime(at(0), 'Europe/Berlin'));
    expect(mail.text).toContain('gate');
    expect(mail.html).toContain('person');
    expect(mail.attachments.map(({ mimeType }) => mimeType)).toEqual(['image/jpeg']);
  });

  it('tells nobody when no rule of the owner matches', async () => {
    expect(await settled(await push('shed', 0, pictures![0]!))).toMatchObject({ state: 'no_match' });
  });

  it('refuses what is no picture, by name, and keeps it in the repository of refused frames', async () => {
    const frameId = await push('gate', 60, Buffer.from('<html>please log in</html>'));
    expect(await settled(frameId)).toMatchObject({ state: 'rejected', reason: 'format_unsupported' });
    const { rows } = await plant.pool.query('SELECT reason FROM invalid_frames WHERE frame_id = $1', [frameId]);
    expect(rows).toEqual([{ reason: 'format_unsupported' }]);
  });

  it('rejects frames of a device that was switched off while they waited, and takes no more', async () => {
    pauseWorkers();
    const frameId = await push('dark', 0, pictures![5]!);
    await plant.call('PUT', '/v1/devices/dark', { userId: 'ann', name: 'dark', timeZone: 'Europe/Berlin', enabled: false });
    resumeWorkers();
    expect(await settled(frameId)).toMatchObject({ state: 'rejected', reason: 'frame_of_disabled_device' });
    await expect(push('dark', 1, pictures![0]!)).rejects.toMatchObject({ code: 'device_disabled' });
  });

  it('fails a frame whose bytes are gone, keeps it for replay, and judges it on replay without telling anybody', async () => {
    // Bytes that no other frame has, so that taking them away takes them from this frame alone.
    const picture = Buffer.concat([pictures![6]!, Buffer.from('only here')]);
    pauseWorkers();
    const frameId = await push('yard', 0, picture);
    const { rows: [row] } = await plant.pool.query<{ sha: string }>("SELECT encode(sha256, 'hex') AS sha FROM frames WHERE frame_id = $1", [frameId]);
    const path = join(home, 'frames', row!.sha.slice(0, 2), row!.sha);
    await rm(path);
    resumeWorkers();
    expect(await settled(frameId)).toMatchObject({ state: 'failed', reason: 'bytes_missing' });

    const before = (await allMailed()).delivered;
    await push('yard', 1, picture).then(settled);
    const told = (await allMailed()).delivered;
    expect(told).toBe(before + 1);
    await plant.call('POST', '/v1/ops/replay', { frameIds: [frameId] });
    expect((await settled(frameId)).state).toMatch(/alerted|suppressed/);
    expect((await allMailed()).delivered).toBe(told);
  });

  it('goes on where it was after a restart: frames that waited, workflows, key and books', async () => {
    pauseWorkers();
    const waiting = await Promise.all([push('gate', 100, pictures![1]!), push('yard', 100, pictures![2]!)]);
    const key = plant.plant.adminKey;
    const stopped = plant.stop();
    // They wake up to the order to stop, so the frames are still waiting when the plant is down.
    resumeWorkers();
    await stopped;
    await client.close();
    await begin();
    expect(plant.plant.adminKey).toBe(key);
    for (const frameId of waiting) expect(TERMINAL).toContain((await settled(frameId)).state);
    const { totals } = await plant.call<{ totals: Record<string, number> }>('GET', '/v1/ops/accounting');
    expect(totals).toMatchObject({ open: 0, unaccounted: 0 });
  });

  it('says which detector it uses', async () => {
    const status = JSON.stringify(await plant.call('GET', '/v1/ops/status'));
    expect(status).toMatch(/yolox-nano|coco-ssd/);
  });

  it('keeps the detections of a frame as JSON under its user, device and time', async () => {
    const frameId = await push('gate', 200, pictures![3]!);
    await settled(frameId);
    const { rows: [row] } = await plant.pool.query<{ path: string }>('SELECT file_path AS path FROM frame_detections WHERE frame_id = $1', [frameId]);
    expect(row!.path).toMatch(/^\/ann-gate\/\d{8}T\d{6}\.\d{6}Z\.json$/);
    expect(await readdir(join(home, 'results', 'ann-gate'))).toContain(row!.path.split('/').at(-1));

    const file = JSON.parse(await readFile(join(home, 'results', row!.path), 'utf8'));
    const check = formats.default(new Ajv2020()).compile(await plant.call<object>('GET', '/v1/schemas/detections'));
    expect([check(file), check.errors]).toEqual([true, null]);
    const frame = await client.frame(frameId);
    expect(file).toMatchObject({ frameId, tag: frame.tag, capturedAt: frame.capturedAt, width: 768, height: 576, model: frame.model, detections: frame.detections });
    expect(file.detections).not.toHaveLength(0);
  });

  it('takes many frames in one request, and judges each', async () => {
    const receipts = await client.pushFrames(pictures!.slice(0, 4).map((bytes, n) => ({ deviceId: n % 2 ? 'gate' : 'shed', capturedAt: at(300 + n), bytes, mediaType: 'image/jpeg' })));
    const frames = await Promise.all(receipts.map((receipt) => settled((receipt as { frameId: string }).frameId)));
    expect(frames.map(({ state }) => state)).toEqual(['no_match', expect.stringMatching(/alerted|suppressed/), 'no_match', expect.stringMatching(/alerted|suppressed/)]);
  });

  it('draws what was seen for whoever asks', async () => {
    const frameId = await push('gate', 400, pictures![4]!);
    expect((await settled(frameId)).detections).not.toHaveLength(0);
    const [plain, drawn] = [await client.frameImage(frameId), await client.frameImage(frameId, { boxes: true, minProbability: 0.1 })];
    expect(drawn.mediaType).toBe('image/jpeg');
    expect(drawn.bytes.equals(plain.bytes)).toBe(false);
    expect(drawn.bytes.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
  });

  /** The plant without its workers accepts and keeps: what a deploy of the workers looks like from outside. */
  const signalWorkers = (signal: NodeJS.Signals): void => {
    for (const [name, child] of plant.plant.children) if (name !== 'api') process.kill(child.pid!, signal);
  };
  function pauseWorkers(): void { signalWorkers('SIGSTOP'); }
  function resumeWorkers(): void { signalWorkers('SIGCONT'); }
});
