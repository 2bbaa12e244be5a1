/** The canary on the product as it is started for real use: it goes the whole way, nobody sees it, and operations hear of it when it stays away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlantStatus } from '../../api/shapes/plant.ts';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import { LOCAL_STAGES } from '../../contracts/stages.ts';
import { workerPlan } from '../../workers/plant.ts';
import { putAccount, removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';
import { continueProcess, stopProcess } from '../chaos/signals.ts';

/** Only it takes pipelines forward. Stopped, it counts no death against any frame. */
const FLOW = 'flow';

describe('the canary', () => {
  let plant: TestPlant;
  let client: Client;
  beforeAll(async () => {
    plant = await startTestPlant({
      workers: [workerPlan('pictures', ['validate', 'detect']), workerPlan(FLOW, ['workflows', ...LOCAL_STAGES]), workerPlan('rest', ['quarantine', 'incidents', 'messages', 'dispatch'])],
      env: { WATCHPOST_CANARY_SECONDS: '1', WATCHPOST_OPS_EMAIL: 'ops@example.org' },
    });
    client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    await putAccount(plant, 'ann', ['gate'], { 100: 'RuleID: 100 | Unsafe Class: Zebra | ALL with probability>50%' });
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    await plant?.stop();
    if (plant) await removeHome(plant.home);
  }, 180_000);

  const canary = async (): Promise<PlantStatus['canary']> => (await client.status()).canary;
  const mails = async () => (await (await plant.inbox()).list()).toReversed().map(({ subject, to }) => [subject, to]);
  const comesThrough = () => until('a canary to come through', async () => (await canary()).settledAt !== null && (await canary()).state === 'ok');

  it('goes the whole way, through the door of the API, and status, readiness and figures say so', async () => {
    await comesThrough();
    const { frames } = await client.frames({ deviceId: 'watchpost-canary', state: 'suppressed' });
    const frame = await client.frame(frames[0]!.frameId);
    expect(frame).toMatchObject({ state: 'suppressed', reason: 'no_contact', verdicts: [{ ruleId: 'watchpost-canary', matched: true }] });
    expect(frame.stages.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual(['validate done', 'detect done', 'evaluate done', 'alert done', 'record done']);
    expect((await plant.pool.query("SELECT count(*)::int AS n FROM api_keys WHERE user_id = 'watchpost-canary'")).rows[0].n).toBe(1);
    expect(await plant.call('GET', '/readyz')).toMatchObject({ ready: true, canary: 'ok' });
    expect(await (await fetch(`${plant.plant.baseUrl}/metrics`)).text()).toMatch(/^watchpost_canary_seconds_since \d/m);
  });

  it('is in no list and no sum, and makes no incident', async () => {
    expect((await client.accounting()).totals.accepted).toBe(0);
    expect((await client.accounting({ userId: 'watchpost-canary' })).totals.accepted).toBeGreaterThan(0);
    expect((await client.frames()).frames).toEqual([]);
    expect((await client.incidents()).incidents).toEqual([]);
    expect(await client.status()).toMatchObject({ waitingFrames: 0, framesInFlight: 0, failedFrames: 0 });
    for (const [list, names] of [['users', ['ann']], ['devices', ['gate']], ['rules', ['100']]] as const) {
      const page = await plant.call<Record<string, { userId?: string; deviceId?: string; ruleId?: string }[]>>('GET', `/v1/${list}`);
      expect(page[list]!.map((row) => (list === 'users' ? row.userId : list === 'devices' ? row.deviceId : row.ruleId))).toEqual(names);
    }
    expect(JSON.stringify(await plant.call('GET', '/v1/keys'))).not.toContain('canary');
  });

  it('stays away when pipelines stand still: operations get a mail, and one when it comes again', async () => {
    const pid = plant.plant.children.get(FLOW)!.pid!;
    stopProcess(pid);
    await until('the alarm', async () => (await mails()).length > 0);
    expect(await mails()).toEqual([[expect.stringMatching(/^Watchpost: no frame has come through since \d\d:\d\d UTC$/), 'ops@example.org']]);
    expect((await canary()).state).toBe('late');
    expect(await plant.call('GET', '/readyz')).toMatchObject({ ready: true, canary: 'late' });
    continueProcess(pid);
    await until('the mail that all is well', async () => (await mails()).length > 1);
    expect((await mails())[1]).toEqual(['Watchpost: frames come through again', 'ops@example.org']);
    await comesThrough();
    expect(await mails()).toHaveLength(2);
  });
}, 300_000);
