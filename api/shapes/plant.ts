/** The plant as operations see it. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CANARY_STATES } from '../../contracts/canary.ts';
import { TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import type { TerminalState } from '../../contracts/terminal-states.ts';
import { Count, Instant, Uuid, list, nullable, oneOf, strict } from './primitives.ts';

const states = Object.fromEntries(TERMINAL_STATES.map((state) => [state, Count()])) as Record<TerminalState, ReturnType<typeof Count>>;
const sums = { accepted: Count(), open: Count('On their way.'), ...states };

export const AccountingShape = Type.Object({
  from: Instant('Start of the first hour.'),
  to: Instant('Within the last hour.'),
  totals: Type.Object({ ...sums, unaccounted: Count('Must be 0: frames lost or counted twice, as a sum of amounts.') }),
  rows: list(Type.Object({
    userId: Type.String(), deviceId: Type.String(), hour: Instant('Start of the hour of acceptance.'), ...sums,
    unaccounted: Type.Integer({ description: 'Must be 0: accepted - settled - open.' }),
  })),
  messages: Type.Object({ waiting: Count(), sending: Count(), delivered: Count(), failed: Count(), uncertain: Count('Possible doubles.') }),
});

export const ReplayBody = Type.Object({
  frameIds: Type.Optional(list(Uuid('A frame.'), { minItems: 1, maxItems: 1_000 })),
  state: Type.Optional(oneOf(TERMINAL_STATES, 'All frames in this state, oldest first.')),
  limit: Type.Optional(Type.Integer({ description: 'With `state`: at most so many.', minimum: 1, maximum: 1_000, default: 1_000 })),
}, strict);
export const ReplayShape = Type.Object({
  replayed: Count('Frames that run again; those on their way already are left alone.'), frameIds: list(Uuid()),
  refused: list(Type.Object({ frameId: Uuid(), code: oneOf(['image_gone'], 'Failure code.') }), {
    description: 'Frames that cannot run again and stay as they are: the bytes as received are no longer kept.',
  }),
});

const DetectorShape = Type.Object({
  name: Type.String(), version: Type.String(), sha256: Type.String(), runtime: Type.String(), calibration: Type.String(),
  fallback: nullable(Type.String({ description: 'Why it is not the preferred detector; null when it is.' })),
  labels: list(Type.String()),
});
export const StatusShape = Type.Object({
  waitingFrames: Count('Without a batch.'), framesInFlight: Count('In a batch.'), oldestWaitingSince: nullable(Instant()), openBatches: Count(),
  failedFrames: Count('Failed and not replayed since.'), openIncidents: Count(), undeliveredMessages: Count(),
  deadLetters: Count('Messages that were refused for good or given up, and not sent again.'),
  frameStore: Type.Object({ usedBytes: Count('Approximate.'), freeBytes: Count() }),
  canary: Type.Object({
    state: oneOf(CANARY_STATES, '`late`: no frame of our own has come through for five of its periods. `off`: none is sent.'),
    settledAt: nullable(Instant('When the latest came through.')), secondsSince: nullable(Count('Since then, or since one could have.')),
  }),
  detectors: list(DetectorShape, { description: 'In use now, each once.' }),
  workers: list(Type.Object({
    workerId: Type.String(), stages: list(Type.String()), detector: nullable(Type.String({ description: 'Its name.' })), startedAt: Instant(), seenAt: Instant(),
  })),
});

export type AccountingReport = Static<typeof AccountingShape>;
export type Replayed = Static<typeof ReplayShape>;
export type ReplayBody = Static<typeof ReplayBody>;
export type PlantStatus = Static<typeof StatusShape>;
