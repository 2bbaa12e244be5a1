/** For operations: does it add up, what failed, run it again, who is at work. */
import { Type } from 'typebox';
import { readAccounting } from '../../adapters/postgres/accounting.ts';
import { listFailedFrames } from '../../adapters/postgres/frame-list.ts';
import { listWorkers, readPlantFigures } from '../../adapters/postgres/plant-status.ts';
import { Failure } from '../../contracts/failures.ts';
import { instantFromDate, parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { canaryNow } from '../canary-state.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { FailedPage } from '../shapes/frames.ts';
import { AccountingShape, ReplayBody, ReplayShape, StatusShape } from '../shapes/plant.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, Text, strict } from '../shapes/primitives.ts';

const tags = ['operations'];
const roles = ['ops'] as const;
/** What can still be open or replayed lies within; a look over years is asked for by `from`. */
const DEFAULT_WINDOW_MS = 30 * 86_400_000;
/** Replays come in portions, so that a careless one does not push today's frames behind a million old ones. */
const MAX_REPLAYED = 1_000;

export const opsRoutes = ({ pool, frameStore, replayFrames, settings, now }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/ops/accounting', {
    config: { roles },
    schema: {
      tags,
      summary: 'The reconciliation: accepted against settled and open, per user, device and hour',
      querystring: Type.Object({
        userId: Type.Optional(Id('Only this user.')),
        from: Type.Optional(Text('Time of acceptance, RFC 3339; left out: 30 days before `to`.', 60)),
        to: Type.Optional(Text('Time of acceptance, RFC 3339; left out: now.', 60)),
      }, strict),
      response: { 200: AccountingShape },
    },
  }, async ({ query: { userId, from: first, to: last } }) => {
    const to = last === undefined ? instantFromDate(new Date(now())) : parseInstant(last);
    const from = first === undefined ? plusMs(to, -DEFAULT_WINDOW_MS) : parseInstant(first);
    return { from, to, ...(await readAccounting(pool, { userId: userId ?? null, from, to })) };
  });

  app.get('/v1/ops/failed', {
    config: { roles },
    schema: { tags, summary: 'Frames that failed, the latest first', querystring: Type.Object({ limit: Limit, cursor: Cursor }, strict), response: { 200: FailedPage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [settledAt, frameId] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const after = settledAt === undefined || frameId === undefined ? null : { settledAt: settledAt as Instant, frameId };
    const frames = await listFailedFrames(pool, { after, limit });
    return { frames, next: nextOf(frames, limit, (last) => [last.settledAt, last.frameId]) };
  });

  app.post('/v1/ops/replay', {
    config: { roles },
    schema: { tags, summary: 'Run settled frames again, telling nobody', body: ReplayBody, response: { 200: ReplayShape } },
  }, async ({ body: { frameIds, state, limit } }) => {
    if ((frameIds === undefined) === (state === undefined)) throw new Failure('request_malformed', 'give either frameIds or state');
    const replayed = await replayFrames(state === undefined ? { frameIds: frameIds ?? [] } : { state, limit: limit ?? MAX_REPLAYED });
    return {
      replayed: replayed.frameIds.length, frameIds: replayed.frameIds,
      refused: replayed.goneFrameIds.map((frameId) => ({ frameId, code: 'image_gone' as const })),
    };
  });

  app.get('/v1/ops/status', {
    config: { roles },
    schema: { tags, summary: 'Who is at work, with which detector, and what is on its way', response: { 200: StatusShape } },
  }, async () => {
    const [figures, workers, usedBytes, freeBytes, canary] = await Promise.all([
      readPlantFigures(pool), listWorkers(pool), frameStore.usedBytes(), frameStore.freeBytes(), canaryNow(pool, settings.canarySeconds),
    ]);
    const detectors = new Map(workers.flatMap(({ detector }) => (detector === null ? [] : [[JSON.stringify(detector), detector] as const])));
    return {
      ...figures,
      frameStore: { usedBytes, freeBytes },
      canary,
      detectors: [...detectors.values()],
      workers: workers.map(({ detector, ...worker }) => ({ ...worker, detector: detector?.name ?? null })),
    };
  });

  done();
};
