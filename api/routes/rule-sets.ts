/** Rule sets: by what a frame was judged, for as long as its verdict is kept. */
import { Type } from 'typebox';
import { readRuleSet } from '../../adapters/postgres/rule-sets.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { RuleSetId, RuleSetShape } from '../shapes/rule-sets.ts';

export const ruleSetRoutes = ({ pool }: Pick<ApiDeps, 'pool'>): Routes => (app, _options, done) => {
  app.get('/v1/rule-sets/:ruleSetId', {
    config: { roles: ['ops'] },
    schema: {
      tags: ['rules'],
      summary: 'The rules that frames were judged by, and how they came to the device',
      params: Type.Object({ ruleSetId: RuleSetId }),
      response: { 200: RuleSetShape },
    },
  }, async ({ params: { ruleSetId } }) => readRuleSet(pool, ruleSetId));

  done();
};
