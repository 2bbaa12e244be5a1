/** Rules: put, read, check, delete. */
import { Type } from 'typebox';
import type { FastifyInstance } from 'fastify';
import { requireKnown } from '../../adapters/postgres/require-known.ts';
import { devicesOfAssignee, devicesOfRules } from '../../adapters/postgres/rule-sights.ts';
import { getRule, listRules, putRule, removeRule, ruleVersions } from '../../adapters/postgres/rules.ts';
import type { StoredRule } from '../../adapters/postgres/rules.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import type { Sights } from '../../policies/check/check-rule.ts';
import { printOneLine } from '../../policies/language/print-one-line.ts';
import { printYaml } from '../../policies/language/print-yaml.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { decodeCursor, decodeNumber, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { RULE_TYPES, takeRules } from '../rule-body.ts';
import { heldAgainst, keptText, readRuleText, requireRule } from '../rule-text.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';
import { RuleAsJson, RuleBody, RuleCheck, RulePage, RuleShape, RuleVersionPage, SavedRule } from '../shapes/rules.ts';
import { modelsInSight, sightsOf } from '../sights.ts';

const tags = ['rules'];
const params = Type.Object({ ruleId: Id('The number in `RuleID: 100`.') });
const page = Type.Object({ limit: Limit, cursor: Cursor }, strict);

/** Devices that a rule is held against: enough to find what is wrong anywhere but in one corner, few enough to answer at once. */
const MOST_DEVICES = 1_000;
/** Of each rule in a list, which holds hundreds. */
const MOST_IN_LIST = 100;

export const ruleRoutes = ({ pool, defaultModel }: ApiDeps): Routes => (app, _options, done) => {
  takeRules(app as unknown as FastifyInstance);

  async function sightsOfRules(ruleIds: readonly string[], most: number): Promise<(ruleId: string) => Sights> {
    const [models, devices] = await Promise.all([modelsInSight(pool, defaultModel), devicesOfRules(pool, ruleIds, most)]);
    return (ruleId) => sightsOf(models, devices.get(ruleId) ?? []);
  }

  async function sightsOfAssignee(userId: string | null, groupId: string | null): Promise<Sights> {
    await requireKnown(pool, 'user', userId === null ? [] : [userId]);
    await requireKnown(pool, 'group', groupId === null ? [] : [groupId]);
    const [models, devices] = await Promise.all([modelsInSight(pool, defaultModel), devicesOfAssignee(pool, { userId, groupId }, MOST_DEVICES)]);
    return sightsOf(models, devices);
  }

  app.put('/v1/rules/:ruleId', {
    config: { roles: [], otherJson: RuleAsJson },
    schema: {
      tags,
      summary: 'Create or replace a rule; a changed text makes a new version',
      description: 'As `text/plain` or YAML the rule alone; as JSON its text, or the rule itself. A deleted rule comes back under its next version.',
      consumes: RULE_TYPES,
      params,
      body: RuleBody,
      response: { 200: SavedRule, 201: SavedRule },
    },
  }, async ({ params: { ruleId }, body, holder }, reply) => {
    const source = keptText(body.text);
    const sightsOn = await sightsOfRules([requireSafeId(ruleId, 'ruleId')], MOST_DEVICES);
    const { rule: { name, severity, condition }, warnings } = requireRule(ruleId, source, sightsOn(ruleId));
    const { version, created } = await putRule(pool, { ruleId, source, name, severity, condition, warnings }, holder.keyId);
    return reply.code(created ? 201 : 200).send({ ruleId, version, warnings });
  });

  app.post('/v1/rules/check', {
    config: { roles: ['ops'], otherJson: RuleAsJson },
    schema: {
      tags,
      summary: 'What would be said of a rule, without saving it',
      description: 'Held against the devices of a user or of the members of a group, if one is named; else against those that the rule of this id judges; where there is none, against every model.',
      consumes: RULE_TYPES,
      querystring: Type.Object({ userId: Type.Optional(Id('Whose devices.')), groupId: Type.Optional(Id('The devices of whose members.')) }, strict),
      body: RuleBody,
      response: { 200: RuleCheck },
    },
  }, async ({ body, query: { userId = null, groupId = null } }) => {
    const parsed = readRule(keptText(body.text));
    const ruleId = parsed.rule?.ruleId ?? '';
    const sights = userId === null && groupId === null ? (await sightsOfRules([ruleId], MOST_DEVICES))(ruleId) : await sightsOfAssignee(userId, groupId);
    const { rule, problems } = heldAgainst(parsed, sights);
    const text = rule === null ? undefined : printOneLine(rule);
    return { ok: rule !== null, problems, ...(text === undefined ? {} : { text }), ...(rule === null ? {} : { yaml: printYaml(rule) }) };
  });

  app.get('/v1/rules/:ruleId', {
    config: { roles: ['ops'] },
    schema: {
      tags,
      summary: 'One rule in its current version, or in another one',
      params,
      querystring: Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Left out: the current one. Named, it is there even when the rule was deleted.' })) }, strict),
      response: { 200: RuleShape },
    },
  }, async ({ params: { ruleId }, query: { version } }) => {
    const [rule, sightsOn] = await Promise.all([getRule(pool, ruleId, version), sightsOfRules([ruleId], MOST_DEVICES)]);
    return shown(rule, sightsOn(ruleId));
  });

  app.get('/v1/rules/:ruleId/versions', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All versions of a rule, newest first, also of a deleted one', params, querystring: page, response: { 200: RuleVersionPage } },
  }, async ({ params: { ruleId }, query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const versions = await ruleVersions(pool, ruleId, { before: cursor === undefined ? null : decodeNumber(cursor), limit });
    return { ruleId, versions: versions.map(({ source, ...version }) => ({ ...version, text: source })), next: nextOf(versions, limit, ({ version }) => [String(version)]) };
  });

  app.get('/v1/rules', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All rules, in order of id', querystring: page, response: { 200: RulePage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const rules = await listRules(pool, { after, limit });
    const sightsOn = await sightsOfRules(rules.map(({ ruleId }) => ruleId), MOST_IN_LIST);
    return { rules: rules.map((rule) => shown(rule, sightsOn(rule.ruleId))), next: nextOf(rules, limit, ({ ruleId }) => [ruleId]) };
  });

  app.delete('/v1/rules/:ruleId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Delete a rule; what it said stays with the verdicts it gave',
      description: 'Refused with `still_in_use` while it is assigned to a user or group or a policy holds it.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { ruleId }, holder }, reply) => {
    if (!(await removeRule(pool, ruleId, holder.keyId))) throw new Failure('rule_unknown', `no rule ${ruleId}`);
    return reply.code(204).send(null);
  });

  done();
};

/** Warnings are made anew: devices, zones and detectors may be others than when it was saved. */
const shown = ({ source, ...rule }: StoredRule, sights: Sights) => ({ ...rule, text: source, warnings: readRuleText(source, sights).problems });
