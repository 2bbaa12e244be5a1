import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StagedException } from '../../contracts/frame.ts';
import { callsIn, positionsIn } from '../replay/history.ts';
import type { Call, HistoryEvent } from '../replay/history.ts';

interface LocalEvent {
  readonly markerRecordedEventAttributes?: { readonly markerName: string; readonly details: { readonly data: { readonly payloads: readonly { readonly data: string }[] } } };
}

type History = { readonly events: readonly (HistoryEvent & LocalEvent)[] };

const historyOf = async (scenario: string): Promise<History> =>
  JSON.parse(await readFile(new URL(`../replay/histories/${scenario}.json`, import.meta.url), 'utf8')) as History;

/** Names of the local activities that ended, in order. */
async function localCallsOf(scenario: string): Promise<string[]> {
  const { events } = await historyOf(scenario);
  const ended = events.flatMap(({ markerRecordedEventAttributes: marker }) => (marker?.markerName === 'core_local_activity' ? [marker.details.data.payloads[0]?.data ?? ''] : []));
  return [...new Set(ended.map((data) => (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { activity_type: string }).activity_type))];
}

/** What the pipeline asked for, in order, as its recorded history tells; a replay test holds the history against today's code. */
const callsOf = async (scenario: string): Promise<Call[]> => callsIn(await historyOf(scenario));

const recorded = async (scenario: string): Promise<readonly StagedException[]> =>
  ((await callsOf(scenario)).at(-1)?.input as { exceptions: StagedException[] }).exceptions;

describe('the frame pipeline', () => {
  it('takes a frame through every stage, each on its own queue', async () => {
    expect((await callsOf('match')).map(({ activity, queue }) => [activity, queue])).toEqual([
      ['validateFrames', 'watchpost-validate'], ['detectObjects', 'watchpost-detect'], ['evaluateRules', 'watchpost-evaluate'],
      ['raiseAlerts', 'watchpost-alert'], ['recordOutcomes', 'watchpost-record'],
    ]);
  });

  it('asks no queue for what a compact placement runs beside the workflow', async () => {
    expect((await callsOf('compact-match')).map(({ activity, queue }) => [activity, queue])).toEqual([
      ['validateFrames', 'watchpost-validate'], ['detectObjects', 'watchpost-detect'],
    ]);
    expect(await localCallsOf('compact-match')).toEqual(['evaluateRules', 'raiseAlerts', 'recordOutcomes']);
  });

  it.each(['alone', 'compact-alone'])('decodes a frame that runs alone in quarantine only: %s', async (scenario) => {
    const calls = await callsOf(scenario);
    expect(calls.slice(0, 2).map(({ activity, queue }) => [activity, queue])).toEqual([
      ['validateFrames', 'watchpost-quarantine'], ['detectObjects', 'watchpost-quarantine'],
    ]);
  });

  it('waits out an outage of a local stage by a timer, not inside a workflow task', async () => {
    const { events } = await historyOf('compact-tried-again');
    expect(events.filter((event) => 'timerStartedEventAttributes' in event).length).toBeGreaterThan(0);
    expect(await localCallsOf('compact-tried-again')).toContain('recordOutcomes');
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
    expect(['detectObjects', 'evaluateRules', 'raiseAlerts'].map((activity) => positionsIn(calls, activity))).toEqual([[0, 2, 3], [0, 3], [3]]);
    expect(await recorded('mixed-batch')).toEqual([
      { stage: 'validate', position: 1, outcome: 'refused', code: 'image_void' }, { stage: 'detect', position: 2, outcome: 'retry', code: 'worker_died' },
    ]);
  });
});
