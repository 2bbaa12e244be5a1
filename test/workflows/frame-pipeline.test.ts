import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StagedException } from '../../contracts/frame.ts';

interface ScheduledEvent {
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType: { readonly name: string };
    readonly taskQueue: { readonly name: string };
    readonly input: { readonly payloads: readonly { readonly data: string }[] };
  };
}

interface Call { readonly activity: string; readonly queue: string; readonly input: unknown }

/** What the pipeline asked for, in order, as its recorded history tells; a replay test holds the history against today's code. */
async function callsOf(scenario: string): Promise<Call[]> {
  const { events } = JSON.parse(await readFile(new URL(`../replay/histories/${scenario}.json`, import.meta.url), 'utf8')) as { events: ScheduledEvent[] };
  return events.flatMap(({ activityTaskScheduledEventAttributes: call }) => call === undefined ? [] : [{
    activity: call.activityType.name, queue: call.taskQueue.name,
    input: JSON.parse(Buffer.from(call.input.payloads[0]?.data ?? '', 'base64').toString('utf8')) as unknown,
  }]);
}

const recorded = async (scenario: string): Promise<readonly StagedException[]> =>
  ((await callsOf(scenario)).at(-1)?.input as { exceptions: StagedException[] }).exceptions;

describe('the frame pipeline', () => {
  it('takes a frame through every stage, each on its own queue', async () => {
    expect((await callsOf('match')).map(({ activity, queue }) => [activity, queue])).toEqual([
      ['validateFrames', 'watchpost-validate'], ['detectObjects', 'watchpost-detect'], ['evaluateRules', 'watchpost-evaluate'],
      ['raiseAlerts', 'watchpost-alert'], ['recordOutcomes', 'watchpost-record'],
    ]);
  });

  it('leaves out the alert stage when nothing matched', async () => {
    expect((await callsOf('no-match')).map(({ activity }) => activity)).not.toContain('raiseAlerts');
  });

  it('records a refused frame without asking any later stage', async () => {
    expect((await callsOf('rejected')).map(({ activity }) => activity)).toEqual(['validateFrames', 'recordOutcomes']);
    expect(await recorded('rejected')).toEqual([{ stage: 'validate', position: 0, outcome: 'refused', code: 'image_corrupt' }]);
  });

  it('fails a frame whose tag names another owner before anything is seen in it', async () => {
    expect((await callsOf('tag-mismatch')).map(({ activity }) => activity)).toEqual(['validateFrames', 'recordOutcomes']);
    expect(await recorded('tag-mismatch')).toEqual([{ stage: 'tag', position: 0, outcome: 'failed', code: 'tag_mismatch' }]);
  });

  it('fails a frame that was alone when its stage broke, with the code of the break', async () => {
    expect(await recorded('stage-broke')).toEqual([{ stage: 'evaluate', position: 0, outcome: 'failed', code: 'rule_malformed' }]);
  });

  it('sends frames that shared a batch with a break back to run alone', async () => {
    expect(await recorded('stage-broke-for-many')).toEqual([0, 1, 2].map((position) => ({ stage: 'evaluate', position, outcome: 'retry', code: 'rule_malformed' })));
  });

  it('lets one bad frame take none of its neighbours with it', async () => {
    const calls = await callsOf('mixed-batch');
    const asked = (name: string) => (calls.find(({ activity }) => activity === name)?.input as { positions: number[] }).positions;
    expect([asked('detectObjects'), asked('evaluateRules'), asked('raiseAlerts')]).toEqual([[0, 2, 3], [0, 3], [3]]);
    expect(await recorded('mixed-batch')).toEqual([
      { stage: 'validate', position: 1, outcome: 'refused', code: 'image_void' }, { stage: 'detect', position: 2, outcome: 'retry', code: 'worker_died' },
    ]);
  });
});
