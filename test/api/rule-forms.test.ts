import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULE_SCHEMA } from '../../policies/language/rule-schema.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const put = (id: string, payload: string, type: string) => api.call({ method: 'PUT', url: `/v1/rules/${id}`, payload, headers: { 'content-type': type } });
const check = (payload: string, query = '', type = 'application/yaml') => api.call({ method: 'POST', url: `/v1/rules/check${query}`, payload, headers: { 'content-type': type } });
const conditionOf = async (id: string) => (await api.db.pool.query('SELECT condition FROM rule_versions WHERE rule_id = $1 ORDER BY version DESC LIMIT 1', [id])).rows[0].condition;

describe('a rule in YAML', () => {
  it.each(['application/yaml', 'text/yaml', 'application/x-yaml', 'text/plain', 'application/yaml; charset=utf-8'])('comes as %s', async (type) => {
    const id = type.replaceAll(/[^a-z]/g, '');
    const text = `rule: ${id}\nname: Night watch\nseverity: high\nunsafe: person\nduring: 22:00-06:00\n`;
    expect((await put(id, text, type)).json).toEqual({ ruleId: id, version: 1, warnings: [] });
    expect((await api.get(`/v1/rules/${id}`)).json).toMatchObject({ text: text.trimEnd(), name: 'Night watch', severity: 'high' });
  });

  it('keeps its text as it came but for blanks at the end, and the places of its faults are those of the sender', async () => {
    const { json } = await put('1', '\n\n# People at night\nrule: 1\nunsafe: persn\nsize: huge\n', 'application/yaml');
    expect(json.code).toBe('rule_malformed');
    expect(json.problems.find(({ severity }: any) => severity === 'error')).toMatchObject({ line: 6 });
    await put('1', '\n\n# People at night\nrule: 1\nunsafe: person\n\n', 'application/yaml');
    expect((await api.get('/v1/rules/1')).json.text).toBe('\n\n# People at night\nrule: 1\nunsafe: person');
  });

  it('must have the id of its path', async () => {
    expect((await put('2', 'rule: 3\nunsafe: person', 'application/yaml')).json).toMatchObject({ code: 'request_malformed', detail: expect.stringContaining('3') });
  });

  it('that says what a line says is judged as the line is', async () => {
    await put('4', 'RuleID: 4 | Unsafe Class: Dog, Cat | ALL with probability>75%', 'text/plain');
    const line = await conditionOf('4');
    await put('4', 'rule: 4\nunsafe: [dog > 75%, cat > 75%]', 'application/yaml');
    expect(await conditionOf('4')).toEqual(line);
  });
});

describe('a rule that can never match', () => {
  it('is refused, and a check says the same of it', async () => {
    const text = 'rule: 5\nunsafe:\n  all:\n    - dog\n    - none: [dog]\n';
    const answer = await put('5', text, 'application/yaml');
    expect([answer.status, answer.json.code, answer.json.problems[0].severity]).toEqual([422, 'rule_malformed', 'error']);
    expect((await check(text)).json).toEqual({ ok: false, problems: answer.json.problems });
  });
});

describe('a rule in JSON', () => {
  it('may be the rule itself, kept as it was sent, or an object with its text', async () => {
    const sent = '{\n  "rule": "10",\n  "unsafe": "person"\n}';
    expect((await put('10', sent, 'application/json')).json).toEqual({ ruleId: '10', version: 1, warnings: [] });
    expect((await api.get('/v1/rules/10')).json.text).toBe(sent);
    expect((await put('10', JSON.stringify({ text: sent }), 'application/json')).json.version).toBe(1);
  });

  it('has the places of its faults in the text as it was sent', async () => {
    const { status, json } = await put('11', '{\n  "rule": "11",\n  "unsafe": "person",\n  "severty": "high"\n}', 'application/json');
    expect([status, json.code]).toEqual([422, 'rule_malformed']);
    expect(json.problems).toMatchObject([{ code: 'key_unknown', line: 4 }]);
  });

  it.each([['null'], ['[]'], ['"rule"'], ['5'], ['{'], ['{"text":5}'], ['{"text":"x","more":1}'], ['{"__proto__":{},"rule":"1"}']])('is not %s: 400', async (payload) => {
    expect((await put('12', payload, 'application/json')).json.code).toBe('request_malformed');
  });
});

describe('the schema of rules', () => {
  it('is served to everybody, under a name of its own', async () => {
    const response = await api.app.inject('/v1/rules/schema.json');
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/schema\+json/)]);
    expect(response.json()).toEqual(JSON.parse(JSON.stringify(RULE_SCHEMA)));
  });
});

describe('the versions of a rule', () => {
  it('are told newest first, with who put them and what they said, and each can be read', async () => {
    const text = (percent: number) => `RuleID: 20 | Unsafe Class: Dog | ALL with probability>${percent}%`;
    for (const percent of [80, 70, 60]) await put('20', text(percent), 'text/plain');
    const { json } = await api.get('/v1/rules/20/versions?limit=2');
    expect(json.versions).toMatchObject([{ version: 3, text: text(60), createdBy: expect.any(String), name: null, severity: null }, { version: 2, text: text(70) }]);
    expect((await api.get(`/v1/rules/20/versions?limit=2&cursor=${json.next}`)).json).toMatchObject({ versions: [{ version: 1, text: text(80) }], next: null });
    expect((await api.get('/v1/rules/20?version=2')).json).toMatchObject({ version: 2, text: text(70) });
    expect((await api.get('/v1/rules/20?version=4')).json).toMatchObject({ code: 'rule_unknown', detail: 'no rule 20 of version 4' });
    expect((await api.get('/v1/rules/20?version=0')).json.code).toBe('request_malformed');
    await api.call({ method: 'DELETE', url: '/v1/rules/20' });
    expect((await api.get('/v1/rules/20')).json.code).toBe('rule_unknown');
    expect((await api.get('/v1/rules/20?version=1')).json.text).toBe(text(80));
    expect((await api.get('/v1/rules/20/versions')).json.versions).toHaveLength(3);
    expect((await api.get('/v1/rules/21/versions')).json.code).toBe('rule_unknown');
  });
});

describe('a check', () => {
  const yard = { name: 'Yard', polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] };
  const text = 'rule: 30\nunsafe:\n  objects: person\n  zone: Yard\n';
  const codes = ({ json }: { json: any }) => json.problems.map(({ code }: any) => code);
  beforeAll(async () => {
    await api.put('/v1/devices/door/zones', { zones: [yard] });
    await api.put('/v1/groups/both', { name: 'Both' });
    await api.put('/v1/groups/both/members', { userIds: ['anna', 'bert'] });
  });

  it('is made against the devices of a user or group, if one is named', async () => {
    expect(codes(await check(text, '?userId=anna'))).toEqual([]);
    expect(codes(await check(text, '?userId=bert'))).toContain('zone_unknown');
    expect(codes(await check(text, '?groupId=both'))).toEqual(['zone_unknown']);
    expect((await check(text, '?userId=nobody')).json.code).toBe('user_unknown');
    expect((await check(text, '?groupId=nowhere')).json.code).toBe('group_unknown');
  });

  it('is made against the devices that the rule judges, if none is named, and no zone is missing where it judges none', async () => {
    expect(codes(await check(text))).toEqual([]);
    await put('30', text, 'application/yaml');
    await api.put('/v1/users/bert/rules', { rules: [{ ruleId: '30' }] });
    expect(codes(await check(text))).toContain('zone_unknown');
    expect((await api.get('/v1/rules/30')).json.warnings.map(({ code }: any) => code)).toContain('zone_unknown');
    expect((await api.get('/v1/rules')).json.rules.find(({ ruleId }: any) => ruleId === '30').warnings.map(({ code }: any) => code)).toContain('zone_unknown');
    await api.put('/v1/users/bert/rules', { rules: [] });
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '30' }] });
    expect((await api.get('/v1/rules/30')).json.warnings).toEqual([]);
  });

  it('answers with the canonical YAML, and with the line only where a line can say it', async () => {
    expect((await check('RuleID: 31 | Unsafe Class: Dogs | ALL with probability>80%', '', 'text/plain')).json)
      .toEqual({ ok: true, problems: [], text: 'RuleID: 31 | Unsafe Class: dog | ALL with probability>80%', yaml: 'rule: 31\nunsafe:\n  any: [dog > 80%]\n' });
    const { json } = await check(text);
    expect(json.text).toBeUndefined();
    expect(codes(await check(json.yaml))).toEqual([]);
    expect((await check('rule: 31')).json).toEqual({ ok: false, problems: [expect.objectContaining({ severity: 'error' })] });
  });
});
