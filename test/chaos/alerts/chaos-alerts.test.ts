/** The short form of `npm run chaos:alerts`, with every kind of household and a seed whose few faults are of every kind. */
import { beforeAll, describe, expect, it } from 'vitest';
import { twilioSpecForTest } from '../../adapters/channels/twilio/twilio-peer.ts';
import { temporalForTest } from '../../support/temporal.ts';
import { summaryLines } from '../summary.ts';
import { ALERT_LAWS } from './alert-laws.ts';
import { runAlertChaos } from './run-alerts.ts';
import type { AlertChaosReport } from './run-alerts.ts';

/** Another one by hand: WATCHPOST_TEST_CHAOS_SEED=5 npx vitest run test/chaos/alerts/chaos-alerts.test.ts */
const SEED = Number(process.env['WATCHPOST_TEST_CHAOS_SEED'] ?? 3125);
const specPath = twilioSpecForTest();

describe.skipIf(specPath === undefined || !await temporalForTest())(`chaos of the alerts, seed ${SEED}`, () => {
  let report: AlertChaosReport;
  const diary: string[] = [];
  beforeAll(async () => {
    report = await runAlertChaos({ seed: SEED, incidents: 24, turns: 13, processes: 1, peerFaults: { met: 1, limitMs: 3_000 }, specPath: specPath!, say })
      .catch((error: unknown) => { tell(diary); throw error; });
    // A broken law is told with all that happened.
    if (report.laws.some(({ breaches }) => breaches.length > 0)) tell([...diary, ...summaryLines(report)]);
  }, 900_000);

  it.each(ALERT_LAWS.map(({ law }) => law))('%s', (law) => {
    expect(report.laws.find((held) => held.law === law)?.breaches).toEqual([]);
  });

  /** What is skipped or stands in for something is for everybody; the rest for whoever looks into a failure. */
  function say(line: string): void {
    diary.push(line);
    if (line.startsWith('SKIPPED') || line.includes('mails go to')) tell([line]);
  }
  function tell(lines: readonly string[]): void {
    process.stderr.write(`${lines.join('\n')}\n`);
  }
});
