import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]];
const zone = (name: string, more = {}) => ({ name, polygon: SQUARE, ...more });
const stored = (name: string, more = {}) => ({ name, kind: 'zone', polygon: SQUARE, anchor: 'bottom-centre', classes: null, ...more });
const put = (device: string, ...zones: object[]) => api.put(`/v1/devices/${device}/zones`, { zones });

describe('zones', () => {
  it('are replaced as a whole, with what is left out filled in', async () => {
    const first = await put('door', zone('Yard'), zone('Tree', { kind: 'mask', anchor: { overlap: 0.5 }, classes: ['bird'] }));
    expect([first.status, first.json]).toEqual([200, {
      deviceId: 'door', zones: [stored('Yard'), stored('Tree', { kind: 'mask', anchor: { overlap: 0.5 }, classes: ['bird'] })], warnings: [],
    }]);
    expect((await put('door', zone('Gate', { anchor: 'centre' }))).json.zones).toEqual([stored('Gate', { anchor: 'centre' })]);
    expect((await api.get('/v1/devices/door/zones')).json).toEqual({ deviceId: 'door', zones: [stored('Gate', { anchor: 'centre' })] });
  });

  it('stay when the device is put again', async () => {
    await put('gate', zone('Yard'));
    await api.put('/v1/devices/gate', { userId: 'bert', name: 'The gate', timeZone: 'UTC' });
    expect((await api.get('/v1/devices/gate/zones')).json.zones).toEqual([stored('Yard')]);
  });

  it('leave a history, which ends when the device goes', async () => {
    await api.put('/v1/devices/shed', { userId: 'anna', name: 'Shed', timeZone: 'UTC' });
    for (const zones of [[zone('Yard')], [zone('Yard')], [zone('Gate')]]) await put('shed', ...zones);
    await api.call({ method: 'DELETE', url: '/v1/devices/shed' });
    const { json: { changes } } = await api.get('/v1/changes?subject=zones&subjectId=shed');
    expect(changes.map(({ before, after }: any) => [before, after])).toEqual([[[stored('Gate')], null], [[stored('Yard')], [stored('Gate')]], [null, [stored('Yard')]]]);
  });

  it.each([
    ['two of one name', [zone('Yard'), zone('Yard')], [422, 'zone_malformed', 'zones.1: ']],
    ['edges that cross', [zone('Yard', { polygon: [[0, 0], [1, 1], [1, 0], [0, 1]] })], [422, 'zone_malformed', 'zones.0: ']],
    ['an overlap of nothing', [zone('Yard', { anchor: { overlap: 0 } })], [422, 'zone_malformed', 'overlap']],
    ['a name that rules cannot say', [zone('a, b')], [422, 'zone_malformed', 'name of a zone']],
    ['corners in pixels', [zone('Yard', { polygon: [[0, 0], [640, 0], [640, 480]] })], [400, 'request_malformed', 'polygon']],
    ['two corners', [zone('Yard', { polygon: [[0, 0], [1, 1]] })], [400, 'request_malformed', 'polygon']],
    ['an anchor that is none', [zone('Yard', { anchor: 'top' })], [400, 'request_malformed', 'anchor']],
    ['a kind that is none', [zone('Yard', { kind: 'hole' })], [400, 'request_malformed', 'kind']],
    ['more than rules can hold', Array.from({ length: 31 }, (_, n) => zone(`Z${n}`)), [400, 'request_malformed', 'zones']],
  ])('are refused for %s, and those that were there stay', async (_what, zones, [status, code, named]) => {
    await put('door', zone('Stays'));
    const answer = await put('door', ...zones);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.json.detail).toContain(named);
    expect((await api.get('/v1/devices/door/zones')).json.zones).toEqual([stored('Stays')]);
  });

  it('of a device that is not there are none', async () => {
    expect((await put('nothing', zone('Yard'))).json.code).toBe('device_unknown');
    expect((await api.get('/v1/devices/nothing/zones')).json.code).toBe('device_unknown');
  });

  it('that rules ask for may go, and each such rule is named', async () => {
    await put('door', zone('Yard'), zone('Porch'), zone('Lawn'));
    await api.put('/v1/rules/1', { rule: 1, unsafe: { object: 'person', in: 'Yard' } });
    await api.put('/v1/rules/2', { text: 'RuleID: 2 | Unsafe Class: Dog | ALL with probability>80%' });
    await api.put('/v1/rules/3', { rule: 3, unsafe: { all: ['person', { none: { object: 'dog', in: 'Yard' } }] } });
    await api.put('/v1/policies/night', { name: 'Night', rules: [{ ruleId: '3' }], defaults: { zones: ['Lawn'] } });
    await api.put('/v1/groups/all', { name: 'All' });
    await api.put('/v1/groups/all/members', { userIds: ['anna'] });
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '1' }, { ruleId: '2', zones: ['Porch'] }] });
    await api.put('/v1/groups/all/policies', { policies: [{ policyId: 'night' }] });
    expect((await put('door', zone('Yard'), zone('Porch'), zone('Lawn', { anchor: 'centre' }))).json.warnings).toEqual([]);
    const { json } = await put('door', zone('Yard', { kind: 'mask' }));
    expect(json.warnings.map(({ code, ruleId, zone: name }: any) => [code, ruleId, name])).toEqual([['zone_unknown', '1', 'Yard'], ['zone_unknown', '2', 'Porch'], ['zone_unknown', '3', 'Yard'], ['zone_unknown', '3', 'Lawn']]);
    expect(json.warnings[1].message).toContain('Rule 2 asks for the zone "Porch"');
  });
});
