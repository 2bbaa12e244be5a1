import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { payloadBytes } from './history.ts';
import { SCENARIOS } from './scenarios.ts';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
/** Design, section 1: history stays small. */
const MOST_BYTES_PER_FRAME = 256;

interface HistoryEvent { readonly eventType: string; readonly [attributes: string]: unknown }
interface History { readonly events: HistoryEvent[] }

const read = async (name: string): Promise<History> => JSON.parse(await readFile(`${FOLDER}${name}.json`, 'utf8')) as History;

async function replay(name: string, history: History): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(history), name);
}

describe('recorded histories', () => {
  beforeAll(() => { Runtime.install({ logger: new DefaultLogger('ERROR') }); });

  it.each(SCENARIOS.map(({ name }) => name))('%s replays with the code of today', async (name) => {
    await replay(name, await read(name));
  });

  it('exist for every scenario, and no others do', async () => {
    expect((await readdir(FOLDER)).sort()).toEqual(SCENARIOS.map(({ name }) => `${name}.json`).sort());
  });

  it('fail when they are tampered with, so a green replay means something', async () => {
    const history = await read('match');
    const events = history.events.map((event) => JSON.parse(JSON.stringify(event).replaceAll('detectObjects', 'paintObjects')) as HistoryEvent);
    await expect(replay('match', { events })).rejects.toThrow(/paintObjects|[Nn]ondeterminis/);
  });

  it('fail when a stage is missing from them', async () => {
    const history = await read('match');
    const without = JSON.stringify(history).replaceAll('raiseAlerts', 'recordOutcomes');
    await expect(replay('match', JSON.parse(without) as History)).rejects.toThrow();
  });

  it.each([['match', 'sixteen-frames'], ['compact-match', 'compact-sixteen-frames']])('hold at most 256 bytes of payload per frame for a full batch: %s', async (single, full) => {
    const one = payloadBytes(await read(single));
    const sixteen = payloadBytes(await read(full));
    expect((sixteen - one) / 15).toBeLessThanOrEqual(MOST_BYTES_PER_FRAME);
  });

  it('name no host, no process and no folder of the machine that made them', async () => {
    for (const { name } of SCENARIOS) {
      const text = await readFile(`${FOLDER}${name}.json`, 'utf8');
      expect(text).not.toMatch(/"identity": "(?!recorder")/);
      expect(text).not.toMatch(/"stackTrace": "[^"]/);
    }
  });
});
