import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAlertFactSource } from '../../../adapters/postgres/alert-facts.ts';
import { gatherRuleSets, recordRuleSets } from '../../../adapters/postgres/rule-sets.ts';
import { shownFrames } from '../../../adapters/postgres/shown-frames.ts';
import { query } from '../../../adapters/postgres/pool.ts';
import type { Zone } from '../../../contracts/zone.ts';
import { classAbove, objects, selector } from '../../../policies/model.ts';
import type { Condition } from '../../../policies/model.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { MATCHED_AT, openIncident } from './incident-example.ts';

let db: TestDatabase;
let number = 100;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

/** The person of the example stands in the left half of the picture. */
const half = (name: string, left: number, more: Partial<Zone> = {}): Zone =>
  ({ name, kind: 'zone', polygon: [[left, 0], [left + 0.5, 0], [left + 0.5, 1], [left, 1]], anchor: 'bottom-centre', classes: null, ...more });
const ZONES = [half('Yard', 0), half('Gate', 0.5), half('Hedge', 0.5, { kind: 'mask' })];
const PERSON = [selector('person', '>', 0.8)];

interface Judged {
  readonly condition: Condition;
  readonly zones?: readonly Zone[];
  readonly assigned?: readonly string[] | null;
  /** False: by a build that recorded no rule sets. */
  readonly recorded?: boolean;
}

/** An incident of a rule of its own, whose frame was judged by these. */
async function judged({ condition, zones = ZONES, assigned = null, recorded = true }: Judged) {
  const { incidentId } = await openIncident(db.pool, [], ++number);
  const [ruleId, deviceId] = [`rule-${number}`, `cam${number}`];
  await query(db.pool, 'UPDATE devices SET zones = $2 WHERE device_id = $1', [deviceId, JSON.stringify(zones)]);
  await query(db.pool, 'INSERT INTO rules (rule_id, current_version) VALUES ($1, 1)', [ruleId]);
  await query(db.pool, "INSERT INTO rule_versions (rule_id, version, source, condition, created_by) VALUES ($1, 1, '', $2, 'test')", [ruleId, JSON.stringify(condition)]);
  await query(db.pool, "INSERT INTO assignments (user_id, rule_id, assigned_by, zones, device_ids) VALUES ('acme', $1, 'test', $2, $3)", [ruleId, assigned, [deviceId]]);
  await query(db.pool, 'UPDATE incidents SET rule_id = $2 WHERE incident_id = $1', [incidentId, ruleId]);
  await query(db.pool, 'UPDATE matches SET rule_id = $2 WHERE incident_id = $1', [incidentId, ruleId]);
  const [set] = await gatherRuleSets(db.pool, [{ userId: 'acme', deviceId, timeZone: 'UTC' }]);
  await recordRuleSets(db.pool, [set!]);
  const [{ frame_id: frameId }] = await query<{ frame_id: string }>(db.pool, 'SELECT first_frame_id AS frame_id FROM incidents WHERE incident_id = $1', [incidentId]) as [{ frame_id: string }];
  await query(db.pool, `
    UPDATE frame_verdicts SET rule_set_id = decode($3, 'hex'), verdicts = (SELECT jsonb_agg(CASE verdict ->> 'ruleId' WHEN '100' THEN jsonb_set(verdict, '{ruleId}', to_jsonb($2::text)) ELSE verdict END) FROM jsonb_array_elements(verdicts) verdict)
    WHERE frame_id = $1 AND run = 1`, [frameId, ruleId, recorded ? set!.ruleSetId : null]);
  return { incidentId, ruleId, deviceId, frameId, shown: async () => createAlertFactSource(db.pool).factsOf(incidentId, null) };
}

const redraw = (deviceId: string, zones: readonly Zone[]) => query(db.pool, 'UPDATE devices SET zones = $2 WHERE device_id = $1', [deviceId, JSON.stringify(zones)]);

describe('the zones that a message shows', () => {
  it('are those that the rule names, as they were when the frame was judged', async () => {
    const { shown, deviceId } = await judged({ condition: objects(PERSON, { zones: ['Yard'] }) });
    await redraw(deviceId, [half('Yard', 0.4)]);
    expect(await shown()).toMatchObject({ zones: [{ name: 'Yard', polygon: half('Yard', 0).polygon }], seenIn: ['Yard'] });
    await query(db.pool, 'DELETE FROM devices WHERE device_id = $1', [deviceId]);
    expect((await shown()).zones).toHaveLength(1);
  });

  it('are those of the assignment where the rule names none', async () => {
    const { shown, ruleId } = await judged({ condition: classAbove('person', '>', 0.8), assigned: ['Gate', 'Yard'] });
    await query(db.pool, "UPDATE assignments SET zones = '{Elsewhere}' WHERE rule_id = $1", [ruleId]);
    const { zones, seenIn } = await shown();
    expect(zones.map(({ name }) => name)).toEqual(['Yard', 'Gate']);
    expect(seenIn).toEqual(['Yard']);
  });

  it('are those of now for frames that were judged before sets were recorded', async () => {
    const { shown, deviceId } = await judged({ condition: objects(PERSON, { zones: ['Yard'] }), recorded: false });
    await redraw(deviceId, [half('Yard', 0.4)]);
    expect((await shown()).zones).toEqual([{ name: 'Yard', polygon: half('Yard', 0.4).polygon }]);
  });

  it('are none for a rule that asks for none, and never masks', async () => {
    expect(await (await judged({ condition: classAbove('person', '>', 0.8) })).shown()).toMatchObject({ zones: [], seenIn: [] });
    expect((await (await judged({ condition: objects(PERSON, { zones: ['Hedge', 'Yard'] }) })).shown()).zones.map(({ name }) => name)).toEqual(['Yard']);
  });

  it('are none, and nothing fails, for a rule that this build cannot read', async () => {
    const { shown } = await judged({ condition: { kind: 'of-tomorrow' } as unknown as Condition });
    expect(await shown()).toMatchObject({ zones: [], seenIn: [], evidence: [{ label: 'person' }], clauses: [{ path: '0' }] });
  });
});

it('frames come in the order in which they were asked for, those that are gone with empty fields', async () => {
  const one = await judged({ condition: classAbove('person', '>', 0.8) });
  const other = await judged({ condition: objects(PERSON, { zones: ['Yard'] }) });
  const at = { capturedAt: MATCHED_AT as never };
  const gone = { frameId: '019aa41f-b1ec-7000-8000-0000000009ff', ruleId: 'no-rule', deviceId: 'no-device', ...at };
  const shown = await shownFrames(db.pool, [{ ...other, ...at }, gone, { ...one, ...at }]);
  expect(shown.map(({ seenIn, picture }) => [seenIn, picture?.sha256 ?? null])).toEqual([[['Yard'], 'abcd'], [[], null], [[], 'abcd']]);
  expect(shown[1]).toEqual({ tag: null, timeZone: null, clauses: [], evidence: [], seenIn: [], zones: [], picture: null });
  expect(await shownFrames(db.pool, [])).toEqual([]);
});
