/** What operations read when no canary comes through, and when one does again. Pure. */
import type { NoticeMessage } from '../activities/ports/channel.ts';
import type { CanaryKnown } from '../policies/canary-watch.ts';
import type { NoticeTelling } from '../contracts/equipment-notice.ts';
import { STAGE_NAMES } from '../contracts/stages.ts';
import { elapsedMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface PlantNow {
  readonly waitingFrames: number;
  readonly openBatches: number;
  /** Stages that some living process runs. */
  readonly stages: readonly string[];
}

interface Alarm {
  readonly telling: NoticeTelling;
  readonly noticeId: string;
  readonly alarmAt: Instant;
  readonly row: Pick<CanaryKnown, 'now' | 'settledAt'>;
  readonly periodMs: number;
  /** Null where the database could not be asked. */
  readonly plant: PlantNow | null;
}

type Fact = NoticeMessage['facts'][number];

export function alarmWords({ telling, noticeId, alarmAt, row, periodMs, plant }: Alarm): Omit<NoticeMessage, 'to' | 'contactId'> {
  const common = { about: 'notice' as const, noticeId, telling };
  const lastOne: Fact = ['Last came through', row.settledAt === null ? 'none ever did' : utc(row.settledAt)];
  if (telling === 'well') {
    return { ...common, sentence: 'Watchpost: frames come through again', facts: [lastOne, ['Stood still from', utc(alarmAt)], ['For', inWords(elapsedMs(alarmAt, row.now))]], advice: [] };
  }
  return {
    ...common,
    sentence: row.settledAt === null ? 'Watchpost: no frame comes through' : `Watchpost: no frame has come through since ${row.settledAt.slice(11, 16)} UTC`,
    facts: [lastOne, ['Expected', `every ${inWords(periodMs)}`], ...plantFacts(plant), ['Meanwhile', 'Frames are accepted and wait. Nobody is alerted until they come through.']],
    advice: ['`watchpost status` says who is at work and what waits.', 'The pages "When frames wait" and "The canary" of the operations manual say what each picture means.'],
  };
}

function plantFacts(plant: PlantNow | null): Fact[] {
  if (plant === null) return [['Database', 'did not answer']];
  const missing = STAGE_NAMES.filter((stage) => !plant.stages.includes(stage));
  return [
    ...(missing.length === 0 ? [] : [['Nobody runs', missing.join(', ')] as const]),
    ['Frames waiting', String(plant.waitingFrames)], ['Batches in flight', String(plant.openBatches)],
  ];
}

const utc = (at: Instant): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
