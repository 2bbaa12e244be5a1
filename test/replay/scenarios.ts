/** The paths that a workflow can take, as data: what its activities answer. One history is recorded of each. */
import type {
  AlertActivities, DetectActivities, EvaluateActivities, MessageActivities, RecordActivities, ValidateActivities,
} from '../../contracts/activities.ts';
import { FRAME_PIPELINE } from '../../contracts/pipeline.ts';
import type { FramePipelineInput } from '../../contracts/pipeline.ts';
import { DIGEST_WORKFLOW } from '../../contracts/digest.ts';
import { NOTICE_WORKFLOW } from '../../contracts/equipment-notice.ts';
import { INCIDENT_WORKFLOW } from '../../contracts/incident.ts';
import { buildTag } from '../../contracts/tag.ts';
import { parseInstant } from '../../contracts/time.ts';

export type AllActivities =
  ValidateActivities & DetectActivities & EvaluateActivities & AlertActivities & RecordActivities & MessageActivities;

export interface Scenario {
  readonly name: string;
  readonly workflow: typeof FRAME_PIPELINE | typeof INCIDENT_WORKFLOW | typeof NOTICE_WORKFLOW | typeof DIGEST_WORKFLOW;
  readonly input: unknown;
  readonly activities: Partial<AllActivities>;
  /** Doorbell rings, each once the workflow has looked that often: for an incident asked for that many reviews, for a notice delivered as often. */
  readonly ringAfterLooks?: readonly number[];
  /** Recorded by code of before, whose runs may still be under way. It cannot be recorded again. */
  readonly past?: true;
  /** Recorded where histories count as long after few events: its first run ends by continuing as a new one. */
  readonly startsAnew?: true;
}

const USER = 'north-site';
const ZONE = 'Europe/Berlin';

function batchOf(frames: number, where: Partial<FramePipelineInput>): FramePipelineInput {
  return {
    batchId: '01900000-0000-7000-8000-0000000000b1', placement: 'spread',
    frames: Array.from({ length: frames }, (_, n) => ({
      frameId: `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      tag: buildTag({ userId: USER, deviceId: `cam-${n}`, capturedAt: parseInstant(`2026-03-01T02:14:${String(n).padStart(2, '0')}Z`), timeZone: ZONE }),
    })),
    ...where,
  };
}

const owned: ValidateActivities = {
  validateFrames: async ({ positions }) => ({ exceptions: [], owners: positions.map((position) => ({ position, userId: USER, timeZone: ZONE })) }),
};
const seen: DetectActivities = { detectObjects: async () => ({ exceptions: [] }) };
const matchNothing: EvaluateActivities = { evaluateRules: async () => ({ exceptions: [], matched: [] }) };
const matchAll: EvaluateActivities = { evaluateRules: async ({ positions }) => ({ exceptions: [], matched: [...positions] }) };
const alerted: AlertActivities = { raiseAlerts: async () => ({ exceptions: [] }) };
const recorded: RecordActivities = { recordOutcomes: async ({ exceptions }) => ({ settled: 1, returned: exceptions.filter(({ outcome }) => outcome === 'retry').length }) };

const frame = (name: string, activities: Partial<AllActivities>, frames = 1, where: Partial<FramePipelineInput> = {}): Scenario =>
  ({ name, workflow: FRAME_PIPELINE, input: batchOf(frames, where), activities: { ...owned, ...seen, ...matchNothing, ...alerted, ...recorded, ...activities } });

const incident = (name: string, activities: Partial<AllActivities>, ringAfterLooks: readonly number[] = []): Scenario =>
  ({ name, workflow: INCIDENT_WORKFLOW, input: { incidentId: '01900000-0000-7000-8000-00000000001c' }, activities, ringAfterLooks });

/** Runs from before escalation delivered first and reviewed after. */
const pastIncident = (name: string): Scenario => ({ ...incident(name, {}), past: true });

const digest = (name: string, activities: Pick<AllActivities, 'deliverDigest'>): Scenario =>
  ({ name, workflow: DIGEST_WORKFLOW, input: { digestId: '01900000-0000-7000-8000-00000000001e' }, activities });

const notice = (name: string, activities: Pick<AllActivities, 'deliverNotice'>, ringAfterLooks: readonly number[] = []): Scenario =>
  ({ name, workflow: NOTICE_WORKFLOW, input: { noticeId: '01900000-0000-7000-8000-00000000001d' }, activities, ringAfterLooks });

/** Answers with the next of `answers` at each call, and with the last one from then on. */
function inTurn<T>(answers: readonly T[]): () => Promise<T> {
  let call = 0;
  return async () => answers[Math.min(call++, answers.length - 1)] as T;
}

export const SCENARIOS: readonly Scenario[] = [
  frame('no-match', {}),
  frame('match', matchAll),
  frame('rejected', { validateFrames: async () => ({ exceptions: [{ position: 0, outcome: 'refused', code: 'image_corrupt' }], owners: [] }) }),
  frame('tag-mismatch', { validateFrames: async () => ({ exceptions: [], owners: [{ position: 0, userId: 'someone-else', timeZone: ZONE }] }) }),
  frame('stage-failed', { detectObjects: async () => ({ exceptions: [{ position: 0, outcome: 'failed', code: 'bytes_missing' }] }) }),
  frame('stage-broke', { evaluateRules: () => Promise.reject(new BrokenStage('rule_malformed')) }),
  frame('stage-broke-for-many', { evaluateRules: () => Promise.reject(new BrokenStage('rule_malformed')) }, 3),
  frame('sixteen-frames', { ...matchAll }, 16),
  frame('mixed-batch', {
    validateFrames: async () => ({
      exceptions: [{ position: 1, outcome: 'refused', code: 'image_void' }],
      owners: [0, 2, 3].map((position) => ({ position, userId: USER, timeZone: ZONE })),
    }),
    detectObjects: async () => ({ exceptions: [{ position: 2, outcome: 'retry', code: 'worker_died' }] }),
    evaluateRules: async () => ({ exceptions: [], matched: [3] }),
  }, 4),

  frame('compact-no-match', {}, 1, { placement: 'compact' }),
  frame('compact-match', matchAll, 1, { placement: 'compact' }),
  frame('compact-sixteen-frames', matchAll, 16, { placement: 'compact' }),
  frame('compact-stage-broke', { evaluateRules: () => Promise.reject(new BrokenStage('rule_malformed')) }, 1, { placement: 'compact' }),
  frame('compact-tried-again', { recordOutcomes: afterAnOutage(recorded.recordOutcomes) }, 1, { placement: 'compact' }),
  frame('alone', matchAll, 1, { alone: true }),
  frame('compact-alone', matchAll, 1, { placement: 'compact', alone: true }),

  pastIncident('incident-told-and-closed'),
  pastIncident('incident-message-tried-again'),
  pastIncident('incident-rung'),

  incident('incident-nobody-answers', {
    // Told, told on the next level, exhausted and closed.
    reviewIncident: inTurn([{ open: true, reviewInMs: 200 }, { open: true, reviewInMs: 200 }, { open: false, reviewInMs: null }]),
    deliverMessages: inTurn([{ delivered: 1, nextTryInMs: null }, { delivered: 1, nextTryInMs: null }, { delivered: 0, nextTryInMs: null }]),
  }),
  incident('incident-answered', {
    reviewIncident: inTurn([{ open: true, reviewInMs: 60_000 }, { open: true, reviewInMs: 200 }, { open: false, reviewInMs: null }]),
    deliverMessages: inTurn([{ delivered: 1, nextTryInMs: null }, { delivered: 0, nextTryInMs: null }]),
  }, [1]),
  incident('incident-provider-away', {
    reviewIncident: inTurn([{ open: true, reviewInMs: 60_000 }, { open: true, reviewInMs: 60_000 }, { open: false, reviewInMs: null }]),
    deliverMessages: inTurn([{ delivered: 0, nextTryInMs: 200 }, { delivered: 0, nextTryInMs: 200 }, { delivered: 1, nextTryInMs: null }]),
  }),
  incident('incident-closed-and-not-yet-told', {
    reviewIncident: inTurn([{ open: false, reviewInMs: null }]),
    deliverMessages: inTurn([{ delivered: 0, nextTryInMs: 200 }, { delivered: 1, nextTryInMs: null }]),
  }),

  // A provider that is away for days.
  { ...incident('incident-starts-anew', {
    reviewIncident: inTurn([...Array.from({ length: 4 }, () => ({ open: true, reviewInMs: 60_000 })), { open: false, reviewInMs: null }]),
    deliverMessages: inTurn([...Array.from({ length: 4 }, () => ({ delivered: 0, nextTryInMs: 100 })), { delivered: 1, nextTryInMs: null }]),
  }), startsAnew: true },

  digest('digest-told', { deliverDigest: async () => ({ delivered: 1, nextTryInMs: null }) }),
  { ...digest('digest-starts-anew', { deliverDigest: inTurn([...Array.from({ length: 6 }, () => ({ delivered: 0, nextTryInMs: 100 })), { delivered: 1, nextTryInMs: null }]) }), startsAnew: true },
  digest('digest-tried-again', { deliverDigest: inTurn([{ delivered: 0, nextTryInMs: 200 }, { delivered: 1, nextTryInMs: null }]) }),

  notice('notice-told', { deliverNotice: async () => ({ delivered: 1, nextTryInMs: null }) }),
  notice('notice-message-tried-again', { deliverNotice: inTurn([{ delivered: 0, nextTryInMs: 200 }, { delivered: 1, nextTryInMs: null }]) }),
  notice('notice-rung', { deliverNotice: inTurn([{ delivered: 0, nextTryInMs: 60_000 }, { delivered: 1, nextTryInMs: null }]) }, [1]),
];

/** Answers after four tries that met an outage: long enough for a local activity to leave its workflow task and wait by a timer. */
function afterAnOutage<I, T>(work: (input: I) => Promise<T>): (input: I) => Promise<T> {
  let outages = 4;
  return (input) => (outages-- > 0 ? Promise.reject(new Error('database_unavailable')) : work(input));
}

/** What an activity throws when its whole stage cannot be done; the recorder turns it into the failure that the SDK would see. */
export class BrokenStage extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`the stage broke with ${code}`);
    this.code = code;
  }
}
