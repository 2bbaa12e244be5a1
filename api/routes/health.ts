/** For whoever watches the watcher: alive, ready, figures. Open without a key, and silent about users. */
import { Type } from 'typebox';
import { query } from '../../adapters/postgres/pool.ts';
import { canaryNow } from '../canary-state.ts';
import { failureOf } from '../problems.ts';
import type { ApiDeps } from '../deps.ts';
import type { Metrics } from '../metrics.ts';
import type { Routes } from '../plugin.ts';

const tags = ['health'];
/** A prober gives up after some seconds; it should still hear which part is away. */
const CHECK_TIMEOUT_MS = 2_000;

const Readiness = Type.Object({
  ready: Type.Boolean(), database: Type.String(), frameStore: Type.String(),
  canary: Type.String({ description: '`ok`, `late` or `off`; a code where it cannot be said. Says nothing of readiness: a process that takes frames is not the worse for a pipeline that stands still.' }),
});

export const healthRoutes = ({ pool, frameStore, settings }: ApiDeps, metrics: Metrics): Routes => (app, _options, done) => {
  app.get('/healthz', {
    logLevel: 'silent',
    schema: { tags, summary: 'The process lives', response: { 200: Type.Object({ status: Type.Literal('ok') }) } },
  }, async () => ({ status: 'ok' as const }));

  app.get('/readyz', {
    logLevel: 'silent',
    schema: { tags, summary: 'Frames can be accepted: database and frame store answer', response: { 200: Readiness, 503: Readiness } },
  }, async (_request, reply) => {
    const [database, store, canary] = await Promise.all([
      outcomeOf(() => query(pool, 'SELECT 1')), outcomeOf(() => frameStore.probe()), outcomeOf(async () => (await canaryNow(pool, settings.canarySeconds)).state),
    ]);
    const ready = database === 'ok' && store === 'ok';
    return reply.code(ready ? 200 : 503).send({ ready, database, frameStore: store, canary });
  });

  app.get('/metrics', {
    logLevel: 'silent',
    schema: { tags, summary: 'Figures in the Prometheus text format', produces: ['text/plain'], response: { 200: Type.String() } },
  }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.scrape()));

  done();
};

/** What the check says in a word, else `ok`; or a failure code. */
async function outcomeOf(check: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => { timer = setTimeout(resolve, CHECK_TIMEOUT_MS, 'no answer in time'); });
  const checked = check().then((word) => (typeof word === 'string' ? word : 'ok'), (error: unknown) => failureOf(error).code);
  return Promise.race([checked, late]).finally(() => clearTimeout(timer));
}
