/** Runs the named stages in this process until it is told to stop: Temporal workers, and the dispatcher's loops. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { signOff, signOfLife } from '../adapters/postgres/workers.ts';
import type { DetectorInUse } from '../adapters/postgres/workers.ts';
import type { Settings } from '../config/settings.ts';
import { LOCAL_STAGES, STAGES } from '../contracts/stages.ts';
import type { StageName } from '../contracts/stages.ts';
import { openDependencies } from './dependencies.ts';
import type { Dependencies } from './dependencies.ts';
import { startDispatch } from './dispatch.ts';
import type { OpenDetector } from './detector.ts';
import type { Log } from './log.ts';
import { every } from './periodic.ts';
import { STAGE_REGISTRY } from './stage-registry.ts';
import type { ActivityStageName, BuiltStage } from './stage-registry.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The dispatcher sizes its batches by what the signs say, and a burst should not wait for that; status takes a process for dead after 30 s of silence. */
const SIGN_OF_LIFE_MS = 2_000;

/**
 * What runs is finished on a stop: cancelled at once, a frame would wait for its time limit on another worker, and a
 * message that was cut off between the server and us would be a possible double. A message takes 60 s at the longest.
 */
const GRACE_MS = 65_000;
/** Cancelled work gets this long to notice. */
const FORCE_MS = 75_000;

export interface RunningStages {
  readonly detector: DetectorInUse | undefined;
  /** Rejects when a worker breaks; resolves after `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface Runner {
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface RunOptions {
  /** Benches and fault tests bring a detector of their own: one that sees nothing, is slow, or kills its process. */
  readonly openDetector?: OpenDetector;
}

export async function runStages(stages: readonly StageName[], settings: Settings, log: Log, { openDetector }: RunOptions = {}): Promise<RunningStages> {
  quietRuntime(log);
  const deps = openDependencies(settings, log, { process: stages.join(','), connections: connectionsFor(stages), openDetector, keepsPictures: stages.includes('validate') && stages.includes('detect') });
  const built = await startAll(stages, deps);
  const detector = built.find((stage) => stage.detector)?.detector;
  const takeLoad = built.find((stage) => stage.takeLoad)?.takeLoad;
  const workerId = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  const pool = await deps.pool();
  const life = every(SIGN_OF_LIFE_MS, 'sign of life', log, () => signOfLife(pool, { workerId, stages, detector: detector ?? null, load: takeLoad?.() ?? null }));
  log.info({ stages, workerId }, 'stages running');

  const ended = Promise.all(built.map((stage) => stage.ended)).then(() => undefined);
  let stopping: Promise<void> | undefined;
  return {
    detector, ended,
    stop: () => (stopping ??= (async () => {
      // A worker that broke must not keep the others from draining.
      const stopped = await Promise.allSettled(built.map((stage) => stage.stop()));
      await life.stop();
      await signOff(pool, workerId).catch(() => {});
      await deps.close();
      log.info({ stages }, 'stages stopped');
      const broken = stopped.find((end) => end.status === 'rejected');
      if (broken) throw broken.reason;
    })()),
  };
}

/** Two per stage: slots wait for each other's short statements rather than for more connections. Workflows bring the stages that may run beside them. */
function connectionsFor(stages: readonly StageName[]): number {
  return 2 + 2 * (stages.length + (stages.includes('workflows') ? LOCAL_STAGES.length : 0));
}

/** All or none: what started beside a stage that could not is stopped again, or it would hold the process open. */
async function startAll(stages: readonly StageName[], deps: Dependencies): Promise<Awaited<ReturnType<typeof startStage>>[]> {
  const starts = await Promise.allSettled(stages.map((stage) => startStage(stage, deps)));
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (!failed) return started;
  await Promise.allSettled(started.map((stage) => stage.stop()));
  await deps.close();
  throw failed.reason;
}

async function startStage(stage: StageName, deps: Dependencies): Promise<Runner & Pick<BuiltStage, 'detector' | 'takeLoad'>> {
  const row = STAGES[stage];
  if (row.kind === 'loop') return startDispatch(deps);
  const common = {
    connection: await deps.native(), namespace: deps.settings.temporalNamespace, taskQueue: row.taskQueue,
    shutdownGraceTime: GRACE_MS, shutdownForceTime: FORCE_MS,
  } as const;
  if (row.kind === 'workflows') {
    return running(await Worker.create({
      ...common, workflowBundle: await workflowBundle(), maxConcurrentWorkflowTaskExecutions: row.slots,
      ...(stage === 'workflows' ? await localStages(deps) : {}),
      // A worker that died holds its cached workflows hostage for this long; frames are short, so little is lost by asking again.
      stickyQueueScheduleToStartTimeout: '3 seconds',
    }));
  }
  const { activities, ...said } = await STAGE_REGISTRY[stage as ActivityStageName](deps);
  return { ...running(await Worker.create({ ...common, activities, maxConcurrentActivityTaskExecutions: row.slots })), ...said };
}

/** The activities that a `compact` pipeline runs beside itself. Only those: nobody may ask this process for them through a queue. */
async function localStages(deps: Dependencies): Promise<Pick<WorkerOptions, 'activities' | 'enableNonLocalActivities' | 'maxConcurrentLocalActivityExecutions'>> {
  const built = await Promise.all(LOCAL_STAGES.map((stage) => STAGE_REGISTRY[stage](deps)));
  return {
    activities: Object.assign({}, ...built.map(({ activities }) => activities)) as object,
    enableNonLocalActivities: false,
    maxConcurrentLocalActivityExecutions: Math.max(...LOCAL_STAGES.map((stage) => STAGES[stage].slots)),
  };
}

function running(worker: Worker): Runner {
  const ended = worker.run();
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

let quiet = false;

/** The SDK would take the signals for itself and print to the console; ours are handled in one place, and its words go to our log. */
function quietRuntime(log: Log): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // True of every worker of ours that is for one of the two only, and no reason to warn.
      if (/^No (workflows|activities) registered/.test(message)) return;
      log[level === 'ERROR' ? 'error' : 'warn']({ temporal: meta }, message);
    }),
  });
}
