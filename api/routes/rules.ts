/** Rules: put, read, check, delete. */
import { Type } from 'typebox';
import type { FastifyInstance } from 'fastify';
import { getRule, listRules, putRule, removeRule } from '../../adapters/postgres/rules.ts';
import type { StoredRule } from '../../adapters/postgres/rules.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import type { ModelLabels } from '../../policies/check/check-classes.ts';
import { printOneLine } from '../../policies/language/print-one-line.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { labelsInUse, readRuleText, requireRule } from '../rule-text.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';
import { RuleBody, RuleCheck, RulePage, RuleShape, SavedRule } from '../shapes/rules.ts';

const tags = ['rules'];
const BODY_TYPES = ['application/json', 'text/plain'];
const params = Type.Object({ ruleId: Id('The number in `RuleID: 100`.') });

export const ruleRoutes = ({ pool, defaultModel }: ApiDeps): Routes => (app, _options, done) => {
  takePlainText(app);
  const models = () => labelsInUse(pool, defaultModel);

  app.put('/v1/rules/:ruleId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Create or replace a rule; a changed text makes a new version',
      description: 'As JSON, or the rule alone as `text/plain`. A deleted rule comes back under its next version.',
      consumes: BODY_TYPES,
      params,
      body: RuleBody,
      response: { 200: SavedRule, 201: SavedRule },
    },
  }, async ({ params: { ruleId }, body, holder }, reply) => {
    const source = body.text.trim();
    const { rule, warnings } = requireRule(requireSafeId(ruleId, 'ruleId'), source, await models());
    const { version, created } = await putRule(pool, { ruleId, source, condition: rule.condition, warnings, createdBy: holder.keyId });
    return reply.code(created ? 201 : 200).send({ ruleId, version, warnings });
  });

  app.post('/v1/rules/check', {
    config: { roles: ['ops'] },
    schema: {
      tags,
      summary: 'What would be said of a rule, without saving it',
      description: 'As JSON, or the rule alone as `text/plain`.',
      consumes: BODY_TYPES,
      body: RuleBody,
      response: { 200: RuleCheck },
    },
  }, async ({ body }) => {
    const { rule, problems } = readRuleText(body.text.trim(), await models());
    const text = rule === null ? undefined : printOneLine(rule);
    return { ok: rule !== null, problems, ...(text === undefined ? {} : { text }) };
  });

  app.get('/v1/rules/:ruleId', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'One rule in its current version', params, response: { 200: RuleShape } },
  }, async ({ params: { ruleId } }) => shown(await getRule(pool, ruleId), await models()));

  app.get('/v1/rules', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All rules, in order of id', querystring: Type.Object({ limit: Limit, cursor: Cursor }, strict), response: { 200: RulePage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const [rules, labels] = await Promise.all([listRules(pool, { after, limit }), models()]);
    return { rules: rules.map((rule) => shown(rule, labels)), next: nextOf(rules, limit, ({ ruleId }) => [ruleId]) };
  });

  app.delete('/v1/rules/:ruleId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Delete a rule; what it said stays with the verdicts it gave',
      description: 'Refused with `still_in_use` while it is assigned to a user.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { ruleId } }, reply) => {
    if (!(await removeRule(pool, ruleId))) throw new Failure('rule_unknown', `no rule ${ruleId}`);
    return reply.code(204).send(null);
  });

  done();
};

/** `text/plain` holds the rule and nothing else; from here on both forms are one. */
function takePlainText(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, text, done) => done(null, { text }));
}

/** Warnings are made anew: the detectors at work may be others than when it was saved. */
const shown = ({ source, ...rule }: StoredRule, models: readonly ModelLabels[]) =>
  ({ ...rule, text: source, warnings: readRuleText(source, models).problems });
