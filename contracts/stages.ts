/**
 * The only table of what a worker process can run: stage, task queue, time limits and default number of slots.
 * Client, workflow, worker, CLI, metrics and docs all read it, so a queue name is never typed twice.
 *
 * Time limits: `startToCloseMs` bounds one try. A try that runs out of it counts as the death of its worker, so it lies far
 * above what the slowest honest try takes. There is no schedule-to-start or schedule-to-close limit anywhere on the way
 * of a frame: a backlog or an outage must make frames late, never failed.
 * `heartbeatMs` stands on stages that decode foreign bytes, where a dead worker must be noticed sooner than a slow try.
 *
 * How a stage is added: docs/adding-a-stage.md.
 */

export interface ActivityStage {
  readonly kind: 'activities';
  readonly taskQueue: string;
  readonly startToCloseMs: number;
  readonly heartbeatMs: number | null;
  /** Tries of this stage that one worker process runs at once. */
  readonly slots: number;
}

/** A stage of a frame's way: the pipeline hands it positions of a batch. */
export interface FrameStageRow extends ActivityStage {
  /** The method that its workers answer to. Stands in histories: another name is another stage. */
  readonly activity: string;
  /**
   * `pictures`: decodes foreign bytes and may take its process along. So it stands apart from the workflows, sends heartbeats, and frames that are alone go
   * through it in quarantine. `rows`: only reads and writes rows; placement `compact` runs it beside the workflow.
   */
  readonly work: 'pictures' | 'rows';
  /** Labels of which detect must have seen one; other frames pass the stage by. Only for stages after detect. */
  readonly onlyWith?: readonly string[];
}

export interface WorkflowStage {
  readonly kind: 'workflows';
  readonly taskQueue: string;
  /** Workflow tasks that one worker process runs at once. */
  readonly slots: number;
}

export interface LoopStage {
  readonly kind: 'loop';
}

/** The stages of a frame's way, in order. Between validate and detect comes `tag`, which is pure and runs inside the workflow. */
export const FRAME_STAGES = {
  /** Decodes foreign bytes. 60 s: a 50-megapixel picture on a busy core takes 3 s, and a batch holds up to 32. */
  validate: { kind: 'activities', activity: 'validateFrames', work: 'pictures', taskQueue: 'watchpost-validate', startToCloseMs: 60_000, heartbeatMs: 10_000, slots: 4 },
  /** Decodes the standardised frame and runs the model. 120 s: 32 frames at the slowest detector's 500 ms, eight times over. */
  detect: { kind: 'activities', activity: 'detectObjects', work: 'pictures', taskQueue: 'watchpost-detect', startToCloseMs: 120_000, heartbeatMs: 10_000, slots: 2 },
  /** A read, some arithmetic, a write. 15 s: the longest wait for a lock or a checkpoint that is not an outage. */
  evaluate: { kind: 'activities', activity: 'evaluateRules', work: 'rows', taskQueue: 'watchpost-evaluate', startToCloseMs: 15_000, heartbeatMs: null, slots: 8 },
  /** One transaction per matched frame and a doorbell. */
  alert: { kind: 'activities', activity: 'raiseAlerts', work: 'rows', taskQueue: 'watchpost-alert', startToCloseMs: 15_000, heartbeatMs: null, slots: 8 },
  /** One transaction. */
  record: { kind: 'activities', activity: 'recordOutcomes', work: 'rows', taskQueue: 'watchpost-record', startToCloseMs: 15_000, heartbeatMs: null, slots: 8 },
} as const satisfies Record<string, FrameStageRow>;

export const STAGES = {
  ...FRAME_STAGES,
  /**
   * The stages that decode pictures once more, for frames that run alone because a worker died or a stage broke with them. Such a process has one slot, so
   * that a frame that kills its worker is found without blaming a neighbour. The limits of a try are those of the stage it stands in for.
   */
  quarantine: { kind: 'activities', taskQueue: 'watchpost-quarantine', startToCloseMs: 120_000, heartbeatMs: 10_000, slots: 1 },
  /** Frame pipelines. Tasks last about 3 ms each on one thread: more slots only queue inside the process. */
  workflows: { kind: 'workflows', taskQueue: 'watchpost-workflows', slots: 40 },
  /** Workflows of incidents and equipment notices, on a queue of their own: thousands of open incidents must not stand in the way of frames. */
  incidents: { kind: 'workflows', taskQueue: 'watchpost-incidents', slots: 20 },
  /** Tells people. 90 s: a mail server may greylist or tarpit for most of a minute, and a second try of a message that is
   *  still on its way would be a double. */
  messages: { kind: 'activities', taskQueue: 'watchpost-messages', startToCloseMs: 90_000, heartbeatMs: null, slots: 8 },
  /** Claims waiting frames, starts their batches, brings lost ones home. Not a Temporal worker. */
  dispatch: { kind: 'loop' },
} as const satisfies Record<string, ActivityStage | WorkflowStage | LoopStage>;

export type StageName = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as StageName[];
export const isStageName = (text: string): text is StageName => Object.hasOwn(STAGES, text);

/** Stages of the way that have activities. */
export type QueuedStage = keyof typeof FRAME_STAGES;
/** What an outcome may name as the stage it came of. */
export type FrameStage = QueuedStage | 'tag';
/** Stages that take some frames only; none today. */
export type ChoosyStage = { [Name in QueuedStage]: (typeof FRAME_STAGES)[Name] extends { readonly onlyWith: readonly string[] } ? Name : never }[QueuedStage];
export const FRAME_STAGE_ROWS = Object.entries(FRAME_STAGES) as readonly (readonly [QueuedStage, FrameStageRow])[];

const stagesOfWork = (work: FrameStageRow['work']): QueuedStage[] => FRAME_STAGE_ROWS.filter(([, row]) => row.work === work).map(([name]) => name);

/**
 * Where a pipeline's stages run; travels in the workflow input, so a change of placement never breaks a replay.
 * `spread`: every stage on its own queue, to be scaled alone. `compact`: the stages of LOCAL_STAGES as local activities of the workflow worker.
 */
export const PLACEMENTS = ['spread', 'compact'] as const;
export type Placement = (typeof PLACEMENTS)[number];

/**
 * What `compact` runs beside the workflow: stages that only read and write rows. A queue activity costs the server sixteen times the CPU of a
 * local one, and on an embedded server two waits of 50 ms. Nothing that decodes foreign bytes is ever local: its crash would take
 * the workflow worker, and with it every pipeline, along.
 */
export const LOCAL_STAGES = stagesOfWork('rows');
/** What quarantine answers for too. */
export const PICTURE_STAGES = stagesOfWork('pictures');
