/** One row per stage that has activities: what it is made of. Queues, limits and slots stand in contracts/stages.ts. */
import { createAlertActivities } from '../activities/alert.ts';
import { createDeliverActivities } from '../activities/deliver.ts';
import { createDeliverDigestActivities } from '../activities/deliver-digest.ts';
import { createDeliverNoticeActivities } from '../activities/deliver-notice.ts';
import { createDetectActivities } from '../activities/detect.ts';
import { createEvaluateActivities } from '../activities/evaluate.ts';
import { createRecordActivities } from '../activities/record.ts';
import { createReviewActivities } from '../activities/review-incident.ts';
import { createValidateActivities } from '../activities/validate.ts';
import { createImageReader } from '../adapters/images/image-reader.ts';
import { createPictureAnnotator } from '../adapters/images/picture-annotator.ts';
import { createLinks } from '../adapters/links/signed-links.ts';
import { createAlertFactSource } from '../adapters/postgres/alert-facts.ts';
import { createDigestFactSource } from '../adapters/postgres/digest-facts.ts';
import { createIncidentLedger } from '../adapters/postgres/alerts.ts';
import type { EscalationSettings } from '../adapters/postgres/escalate.ts';
import { createFrameResults } from '../adapters/postgres/frame-results.ts';
import { createReviewLedger } from '../adapters/postgres/incidents.ts';
import { createNoticeFactSource } from '../adapters/postgres/notices.ts';
import { createDigestOutbox, createNoticeOutbox, createOutbox } from '../adapters/postgres/outbox.ts';
import { createSettlingLedger } from '../adapters/postgres/outcomes.ts';
import { createJudgementLedger } from '../adapters/postgres/verdicts.ts';
import { createDoorbell } from '../adapters/temporal/doorbell.ts';
import { limitsByClass } from '../config/device-class-settings.ts';
import type { Settings } from '../config/settings.ts';
import { PICTURE_STAGES, STAGES } from '../contracts/stages.ts';
import type { StageName } from '../contracts/stages.ts';
import { openChannels } from './channels.ts';
import { createDetectMeter } from './detect-meter.ts';
import type { Dependencies } from './dependencies.ts';
import { openDetectors } from './detector.ts';
import { ensureSigningSecret } from './signing-secret.ts';
import { clockWatch, voidWatch } from './equipment-settings.ts';
import type { DetectLoad, DetectorInUse } from '../adapters/postgres/workers.ts';

export type ActivityStageName = { [Name in StageName]: (typeof STAGES)[Name]['kind'] extends 'activities' ? Name : never }[StageName];

export interface BuiltStage {
  readonly activities: object;
  /** Of a detect stage: which model it uses, and why. */
  readonly detector?: DetectorInUse;
  /** Of a detect stage: how busy it was since the last call. */
  readonly takeLoad?: () => DetectLoad;
}

export const STAGE_REGISTRY: Readonly<Record<ActivityStageName, (deps: Dependencies) => Promise<BuiltStage>>> = {
  validate: async (deps) => ({
    activities: createValidateActivities({
      ledger: await frameResults(deps), store: await deps.frameStore(),
      images: await deps.pictures(), log: deps.log, concurrency: STAGES.validate.slots, limits: limitsByClass(deps.settings),
    }),
  }),

  detect: async (deps) => {
    const threads = deps.settings.detectorThreads;
    const { watch, takeLoad } = createDetectMeter({ slots: STAGES.detect.slots, threads });
    const { detectors, inUse } = await openDetectors(deps, { threads, decode: (await deps.pictures()).decodeForModel, watch });
    return {
      detector: inUse, takeLoad,
      activities: createDetectActivities({
        ledger: await frameResults(deps), store: await deps.frameStore(),
        detectors, log: deps.log, concurrency: threads + 1,
      }),
    };
  },

  quarantine: async (deps) => {
    // Decodes where it stands: a frame that kills is alone here, and there is no neighbour to suffer from it.
    const { detectors, inUse } = await openDetectors(deps, { threads: 1 });
    const ledger = await frameResults(deps);
    const limits = limitsByClass(deps.settings);
    const common = { ledger, store: await deps.frameStore(), log: deps.log, concurrency: 1 };
    return {
      detector: inUse,
      activities: {
        ...(await laterPictureStages(deps)),
        ...createValidateActivities({ ...common, limits, images: createImageReader(limits) }), ...createDetectActivities({ ...common, detectors }),
      },
    };
  },

  evaluate: async (deps) => ({
    activities: createEvaluateActivities({ ledger: createJudgementLedger(await deps.pool(), await deps.ruleSets(), clockWatch(deps.settings)), log: deps.log }),
  }),

  alert: async (deps) => ({
    activities: createAlertActivities({
      ledger: createIncidentLedger(await deps.pool(), escalationOf(deps.settings)), doorbell: createDoorbell((await deps.temporal()).client), log: deps.log,
      grouping: { quietMs: deps.settings.incidentQuietSeconds * 1000, cooldownMs: deps.settings.incidentCooldownSeconds * 1000, reopenMs: deps.settings.incidentReopenSeconds * 1000 },
    }),
  }),

  record: async (deps) => ({
    activities: createRecordActivities({ ledger: createSettlingLedger(await deps.pool()), log: deps.log }),
  }),

  messages: async (deps) => {
    const pool = await deps.pool();
    const { incidentQuietSeconds, incidentCooldownSeconds, publicUrl, linkDays } = deps.settings;
    const { linkTo } = createLinks({ secret: await ensureSigningSecret(deps.settings, deps.log), publicUrl, days: linkDays, now: Date.now });
    const told = { channels: await openChannels(deps), log: deps.log };
    const shown = { store: await deps.frameStore(), annotator: createPictureAnnotator(), linkTo };
    return {
      activities: {
        ...createDeliverActivities({ ...told, ...shown, outbox: createOutbox(pool, { cooldownMs: incidentCooldownSeconds * 1000 }), facts: createAlertFactSource(pool) }),
        ...createDeliverDigestActivities({ ...told, ...shown, outbox: createDigestOutbox(pool), facts: createDigestFactSource(pool) }),
        ...createDeliverNoticeActivities({ ...told, outbox: createNoticeOutbox(pool), facts: createNoticeFactSource(pool) }),
        ...createReviewActivities({ ledger: createReviewLedger(pool, escalationOf(deps.settings)), quietMs: incidentQuietSeconds * 1000, log: deps.log }),
      },
    };
  },
};

/** Every stage that decodes pictures and has no form of its own for quarantine: there as it is elsewhere, a frame at a time. */
async function laterPictureStages(deps: Dependencies): Promise<object> {
  const later = PICTURE_STAGES.filter((stage) => stage !== 'validate' && stage !== 'detect');
  return Object.assign({}, ...(await Promise.all(later.map((stage) => STAGE_REGISTRY[stage](deps)))).map(({ activities }) => activities)) as object;
}

const escalationOf = ({ oldAlertSeconds, digestSeconds, messagesPerHour, callGapSeconds }: Settings): EscalationSettings =>
  ({ oldMs: oldAlertSeconds * 1000, digestMs: digestSeconds * 1000, messagesPerHour, callGapMs: callGapSeconds * 1000 });

/** What validate and detect write, with the settings by which it becomes an equipment notice. */
const frameResults = async ({ pool, settings }: Dependencies): Promise<ReturnType<typeof createFrameResults>> => createFrameResults(await pool(), settings, { void: voidWatch(settings), clock: clockWatch(settings) });
