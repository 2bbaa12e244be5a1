/** A camera that is covered and uncovered, on the product as it is started for real use: real pictures in, mails out. */
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import { sharp } from '../../adapters/images/sharp.ts';
import { instantFromDate, localTime, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { courtyardFrames } from '../support/footage.ts';
import { frameSettled, putAccount, removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';

const pictures = await courtyardFrames(6);
const START = instantFromDate(new Date(Date.now() - 3_600_000));
const at = (seconds: number): Instant => plusMs(START, seconds * 1000);

describe.skipIf(!pictures)('a camera that is covered', () => {
  let plant: TestPlant;
  let client: Client;
  let black: Buffer;
  beforeAll(async () => {
    black = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#000000' } }).jpeg().toBuffer();
    plant = await startTestPlant();
    client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    await putAccount(plant, 'ann', ['gate', 'yard'], { 100: 'RuleID: 100 | Unsafe Class: Zebra | ALL with probability>50%' });
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    await plant?.stop();
    if (plant) await removeHome(plant.home);
  }, 180_000);

  /** One after the other as a camera does, each to its end, and until every message that came of them is out. */
  async function send(bytes: readonly Buffer[], ...seconds: readonly number[]): Promise<string[]> {
    const ids: string[] = [];
    for (const [n, second] of seconds.entries()) {
      ids.push((await client.pushFrame({ deviceId: 'gate', capturedAt: at(second), bytes: bytes[n % bytes.length]!, mediaType: 'image/jpeg' })).frameId);
    }
    const states = await Promise.all(ids.map(async (frameId) => (await frameSettled(plant, frameId)).state));
    await until('messages to be handed over', async () => {
      const { messages } = await client.accounting();
      return messages.waiting + messages.sending === 0;
    });
    return states;
  }
  const mails = async () => (await (await plant.inbox()).list()).toReversed();

  it('makes one mail to its owner, no second one while it lasts, and one that it is well again', async () => {
    expect(await send([black], 0, 45, 90, 135)).toEqual(Array(4).fill('rejected'));
    expect(await mails()).toEqual([]);
    await send([black], 180);
    expect((await mails()).map(({ subject, to, repeats }) => [subject, to, repeats]))
      .toEqual([[`Camera gate has sent no usable picture since ${localTime(at(0), 'Europe/Berlin').slice(11, 16)}`, 'ann@example.org', 0]]);

    await send([black], 200, 260, 320, 380);
    expect(await mails()).toHaveLength(1);
    expect((await client.equipmentNotices({ state: 'open' })).notices).toMatchObject([{ deviceId: 'gate', frames: 9, messages: [{ state: 'delivered', tries: 1 }] }]);

    expect(await send(pictures!, 420, 480, 540, 600, 660, 720)).toEqual(Array(6).fill('no_match'));
    expect((await mails()).map(({ subject }) => subject).slice(1)).toEqual(['Camera gate is well again']);
    expect(await client.equipmentNotices()).toMatchObject({ notices: [{ state: 'closed', wellSince: at(420) }] });

    const mail = await PostalMime.parse((await (await plant.inbox()).raw((await mails())[0]!.id))!);
    expect(mail.text).toContain(localTime(at(0), 'Europe/Berlin'));
    expect(mail.text).toContain('What to look at');
    expect(await client.invalidFrameCounts()).toMatchObject({ counts: [{ deviceId: 'gate', reason: 'image_void', frames: 9 }] });
  });
});
