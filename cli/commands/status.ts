/** `watchpost status`: who is at work, with which detector, and what is on its way. */
import type { Command } from 'commander';
import type { PlantStatus } from '../../api/shapes/plant.ts';
import { elapsedMs, instantFromDate } from '../../contracts/time.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { facts, table } from '../table.ts';
import { bytes, detectorLines, duration, moment } from '../wording.ts';

export function addStatus(program: Command, context: Context): void {
  withApiOptions(program.command('status'))
    .description('who is at work, with which detector, and what is on its way')
    .action((options: ApiOptions) => withClient(options, context, async (client) => {
      const status = await client.status();
      answer(context, status, () => describe(status));
    }));
}

function canaryLine({ canary: { state, settledAt, secondsSince } }: PlantStatus): string {
  if (state === 'off') return 'off (WATCHPOST_CANARY_SECONDS is 0)';
  const since = duration((secondsSince ?? 0) * 1000);
  if (state === 'late') return `LATE: none has come through for ${since}, so nobody may be alerted`;
  return settledAt === null ? 'the first is on its way' : `came through ${since} ago`;
}

function describe(status: PlantStatus): string[] {
  const { oldestWaitingSince: oldest } = status;
  const waitedMs = oldest === null ? null : Math.max(0, elapsedMs(oldest, instantFromDate(new Date())));
  return [
    ...facts([
      ['frames waiting', `${status.waitingFrames}${waitedMs === null ? '' : `, the oldest for ${duration(waitedMs)}`}`],
      ['frames in flight', `${status.framesInFlight}, in ${status.openBatches} ${status.openBatches === 1 ? 'batch' : 'batches'}`],
      ['failed frames', status.failedFrames > 0 ? `${status.failedFrames}: watchpost replay --state failed, once the cause is mended` : '0'],
      ['open incidents', String(status.openIncidents)],
      ['messages under way', String(status.undeliveredMessages)],
      ['dead letters', status.deadLetters > 0 ? `${status.deadLetters}: watchpost incidents dead-letters says what to mend` : '0'],
      ['frame store', `${bytes(status.frameStore.usedBytes)} used, ${bytes(status.frameStore.freeBytes)} free`],
      ['canary', canaryLine(status)],
      ...(status.detectors.length === 0 ? [['detector', 'NONE at work']] : detectorLines(status.detectors).map((line) => ['detector', line])),
    ]),
    '',
    ...(status.workers.length === 0
      ? ['NO WORKERS: frames are accepted and wait. Start some with `watchpost worker --stages all`.']
      : table(status.workers.map(({ workerId, stages, startedAt }) => [workerId, stages.join(','), moment(startedAt)]), ['worker', 'stages', 'since (UTC)'])),
  ];
}
