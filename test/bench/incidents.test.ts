import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharp } from '../../adapters/images/sharp.ts';
import { report } from '../../bench/incidents/report.ts';
import { runBench } from '../../bench/incidents/run.ts';
import type { Run } from '../../bench/incidents/run.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { freshNamespace, temporalForTest } from '../support/temporal.ts';
import type { TestNamespace } from '../support/temporal.ts';

/** Some ten seconds; a machine that does much else takes a multiple. */
const RUN_LIMIT_MS = 180_000;

const address = await temporalForTest();

describe.skipIf(!address || process.platform !== 'linux')('the bench of incidents, with few of them', () => {
  let db: TestDatabase;
  let temporal: TestNamespace;
  let run: Run;
  beforeAll(async () => {
    [db, temporal] = [await freshDatabase(), await freshNamespace(address!)];
    run = await runBench({
      incidents: 20, storm: 60, lengths: { steadySeconds: 1, idleSeconds: 0.2 }, say: () => {},
      jpeg: await sharp({ create: { width: 768, height: 576, channels: 3, background: '#456' } }).jpeg().toBuffer(),
      env: { DATABASE_URL: db.url, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace, WATCHPOST_MESSAGES_PER_HOUR: '10' },
    });
  }, RUN_LIMIT_MS);
  afterAll(async () => { await Promise.all([temporal?.close(), db?.drop()]); });

  it('tells people of every incident, and brings all to their end', () => {
    expect(run.failures).toEqual([]);
    expect(run.many).toMatchObject({ incidents: 20, looks: [{ open: 0 }, { open: 4 }, { open: 20 }], answered: { count: 4 }, ended: { count: 20 } });
    expect(run.many!.burst.notifyMs.count).toBe(2);
  });

  it('ends a storm in as many messages as the budget has, and the rest in one digest', () => {
    expect(run.storms.map(({ incidents, messages, budget, heldBack, digests, faults }) => ({ incidents, messages, budget, heldBack, digests, faults })))
      .toEqual([{ incidents: 60, messages: 10, budget: 10, heldBack: 50, digests: 1, faults: [] }, { incidents: 40, messages: 10, budget: 10, heldBack: 30, digests: 1, faults: [] }]);
  });

  it('is told in tables, with the target beside what was measured', () => {
    const lines = report(run.many, run.storms, run.messagesPerHour).join('\n');
    for (const words of ['KB for each that is open', 'p99 ms', '<= 10', 'met']) expect(lines).toContain(words);
  });
});
