/** kill -9 of every kind of process in the middle of a stream of frames: nothing lost, nothing told twice, the books close. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/client.ts';
import { STAGE_NAMES } from '../../contracts/stages.ts';
import { instantFromDate } from '../../contracts/time.ts';
import { workerPlan } from '../../workers/plant.ts';
import { courtyardFrames } from '../support/footage.ts';
import { putAccount, removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';

const FRAMES = 60;
const DEVICES = 12;
/** Every kind of process that there is: one worker per stage, the API, and the two servers. */
const VICTIMS = ['api', ...STAGE_NAMES, 'postgres', 'temporal'];

const pictures = await courtyardFrames(20);

describe.skipIf(!pictures)('kill -9', () => {
  let plant: TestPlant;
  beforeAll(async () => {
    plant = await startTestPlant({ workers: STAGE_NAMES.map((stage) => workerPlan(stage, [stage])), env: { WATCHPOST_PLACEMENT: 'spread' } });
    const devices = Array.from({ length: DEVICES }, (_, n) => `cam-${n}`);
    await putAccount(plant, 'ann', devices, { 100: 'RuleID: 100 | Unsafe Class: Person | ALL with probability>50%' });
  }, 180_000);
  afterAll(async () => {
    await plant?.stop();
    if (plant) await removeHome(plant.home);
  }, 180_000);

  it('of each kind of process, once, in the middle of 60 frames loses none and tells nobody twice', { timeout: 600_000 }, async () => {
    const startedAt = Date.now() - FRAMES * 1000;
    const client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    const accepted: string[] = [];
    const push = async (n: number): Promise<void> => {
      const { frameId } = await client.pushFrame({
        deviceId: `cam-${n % DEVICES}`, capturedAt: instantFromDate(new Date(startedAt + n * 1000)),
        bytes: pictures![n % pictures!.length]!, mediaType: 'image/jpeg',
      });
      accepted.push(frameId);
    };

    // One victim per handful of frames, killed while those are on their way; the stream does not wait for its return.
    const share = Math.ceil(FRAMES / VICTIMS.length);
    const pushes: Promise<void>[] = [];
    for (const [turn, victim] of VICTIMS.entries()) {
      for (let n = turn * share; n < Math.min(FRAMES, (turn + 1) * share); n += 1) pushes.push(push(n));
      await until('frames in a pipeline', async () => (await plant.pool.query('SELECT 1 FROM open_frames WHERE batch_id IS NOT NULL')).rowCount! > 0);
      const before = plant.plant.children.get(victim)?.pid;
      kill(victim);
      await until(`${victim} to be back`, () => serving(victim, before));
    }
    await Promise.all(pushes);
    await client.close();

    expect(new Set(accepted).size).toBe(FRAMES);
    await until('all frames to be settled', async () => (await books()).open === 0, 300_000);
    expect(await books()).toMatchObject({ accepted: FRAMES, open: 0, failed: 0, unaccounted: 0 });
    await until('all messages to be handed over', async () => {
      const { messages } = await accounting();
      return messages.waiting + messages.sending === 0;
    }, 300_000);

    const { messages } = await accounting();
    const mails = await (await plant.inbox()).list();
    expect(messages.failed).toBe(0);
    expect(mails).toHaveLength(messages.delivered);
    // A provider without idempotency keys leaves a window between its yes and our note of it; each such try is counted.
    expect(mails.reduce((sum, { repeats }) => sum + repeats, 0)).toBeLessThanOrEqual(messages.uncertain);
    const { rows } = await plant.pool.query('SELECT device_id FROM incidents GROUP BY user_id, rule_id, device_id HAVING count(*) > 1');
    expect(rows).toEqual([]);
  });

  function kill(victim: string): void {
    const server = plant.plant.servers.get(victim);
    if (server) return server.kill9();
    process.kill(plant.plant.children.get(victim)!.pid!, 'SIGKILL');
  }

  async function serving(victim: string, before: number | undefined): Promise<boolean> {
    if (victim === 'postgres') return (await plant.pool.query('SELECT 1')).rowCount === 1;
    const child = plant.plant.children.get(victim);
    return child === undefined || (child.serving && child.pid !== before);
  }

  const accounting = () => plant.call<{ totals: Record<string, number>; messages: Record<'waiting' | 'sending' | 'delivered' | 'failed' | 'uncertain', number> }>(
    'GET', '/v1/ops/accounting');
  const books = async () => (await accounting()).totals as { open: number };
});
