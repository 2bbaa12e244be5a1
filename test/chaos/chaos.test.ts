/** The short form of `npm run chaos`, with a seed whose few faults are of every kind. */
import { beforeAll, describe, expect, it } from 'vitest';
import { temporalForTest } from '../support/temporal.ts';
import { LAWS } from './laws.ts';
import { runChaos } from './run.ts';
import type { ChaosReport } from './run.ts';
import { summaryLines } from './summary.ts';

/** Another one by hand: WATCHPOST_TEST_CHAOS_SEED=5 npx vitest run test/chaos/chaos.test.ts */
const SEED = Number(process.env['WATCHPOST_TEST_CHAOS_SEED'] ?? 2736);

describe.skipIf(!await temporalForTest())(`chaos, seed ${SEED}`, () => {
  let report: ChaosReport;
  const diary: string[] = [];
  beforeAll(async () => {
    report = await runChaos({ seed: SEED, placement: 'compact', frames: 180, killers: 1, turns: 8, say }).catch((error: unknown) => { tell(diary); throw error; });
    // A broken law is told with all that happened.
    if (report.laws.some(({ breaches }) => breaches.length > 0)) tell([...diary, ...summaryLines(report)]);
  }, 900_000);

  it.each(LAWS.map(({ law }) => law))('%s', (law) => {
    expect(report.laws.find((held) => held.law === law)?.breaches).toEqual([]);
  });

  /** What is skipped is for everybody; the rest for whoever looks into a failure. */
  function say(line: string): void {
    diary.push(line);
    if (line.startsWith('SKIPPED')) tell([line]);
  }
  function tell(lines: readonly string[]): void {
    process.stderr.write(`${lines.join('\n')}\n`);
  }
});
