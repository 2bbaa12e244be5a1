/** One run: a plant and everybody whom it tells, visits, a fault each turn, and a look at all laws when everything is over. */
import { tsToMs } from '@temporalio/common/lib/time.js';
import { DOORBELL_SIGNAL } from '../../../contracts/incident.ts';
import { until } from '../../support/plant.ts';
import { bringMessagesForward } from '../messages-forward.ts';
import { keepLogs, untilAllServe } from '../run.ts';
import type { Verdict } from '../run.ts';
import { strikeAll } from '../strike-all.ts';
import { planAlertFaults } from './alert-faults.ts';
import type { PeerFaultLength } from './alert-faults.ts';
import { ALERT_LAWS } from './alert-laws.ts';
import { startAlertPlant } from './alert-plant.ts';
import type { AlertPlant } from './alert-plant.ts';
import { summariseAlerts } from './alert-summary.ts';
import { readBooks, runningWorkflows } from './books.ts';
import { leaksIn, searchHistories, searchLogs, searchTables } from './secrets.ts';
import type { Searched } from './secrets.ts';
import { Telephones } from './telephones.ts';
import { Visits } from './visits.ts';

export interface AlertChaosOptions {
  readonly seed: number;
  readonly incidents: number;
  /** Faults, one after the other; that Temporal loses its state comes on top. */
  readonly turns: number;
  readonly processes: number;
  readonly peerFaults: PeerFaultLength;
  readonly specPath: string;
  say(line: string): void;
}

export interface AlertChaosReport {
  readonly laws: readonly Verdict[];
  readonly summary: readonly (readonly [what: string, figure: string])[];
}

/** Once all is well again: the longest pauses between tries and deadlines one after the other, on a slow machine. */
const SETTLE_LIMIT_MS = 900_000;

export async function runAlertChaos(options: AlertChaosOptions): Promise<AlertChaosReport> {
  const { seed, incidents, turns, peerFaults, say } = options;
  const began = performance.now();
  const timed = (line: string): void => say(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  say(`seed ${seed}: ${incidents} incidents, ${turns} faults`);
  const plant = await startAlertPlant(options);
  const telephones = new Telephones(plant, seed);
  let good = false;
  try {
    timed(`mails go to ${plant.mail.what}; PagerDuty, webhooks and Twilio are peers in this process`);
    if (typeof plant.nagios === 'string') say(`SKIPPED: the channel nagios, because ${plant.nagios}`);
    const visits = new Visits(plant);
    const searched: Searched[] = [];
    const plan = planAlertFaults(plant, turns, seed, peerFaults, searched);
    const share = Math.ceil(incidents / plan.length);
    await strikeAll(plan, async () => visits.begin(share), timed);
    timed('every fault is over');
    await untilAllServe(plant);
    await bringForward(plant);
    await visits.end();
    timed('everybody has come and answered');
    await settled(plant, 'all incidents to close', 'SELECT 1 FROM incidents WHERE next_due_at IS NOT NULL OR state <> \'closed\' LIMIT 1');
    timed('all incidents are closed');
    await endTheNight(plant);
    await settled(plant, 'all digests to be told', 'SELECT 1 FROM held_back WHERE digest_id IS NULL UNION ALL SELECT 1 FROM digests WHERE next_due_at IS NOT NULL LIMIT 1');
    await telephones.end();
    await untilWorkflowsEnd(plant);
    searched.push(...await searchLogs(plant.home), ...await searchTables(plant.pool), ...await searchHistories(plant.temporal));
    const { rows: known } = await plant.pool.query<{ incident_id: string }>('SELECT incident_id FROM incidents');
    const leaks = leaksIn(searched, known.map((row) => row.incident_id), ['log', 'table', 'history']);
    const books = await readBooks(plant, [...visits.answers, ...telephones.answers], leaks);
    const laws = ALERT_LAWS.map(({ law, breaches }) => ({ law, breaches: breaches(books) }));
    good = laws.every(({ breaches }) => breaches.length === 0);
    timed('judged');
    return { laws, summary: summariseAlerts(books, plan, { lostCallbacks: telephones.lostCallbacks, mail: plant.mail.what, seconds: Math.round((performance.now() - began) / 1000) }) };
  } finally {
    await telephones.end();
    if (!good) say(`the logs of its processes are kept in ${await keepLogs(plant)}`);
    await plant.stop();
  }
}

/** What is told of the end of a workflow comes a moment after it. */
const WORKFLOWS_END_MS = 20_000;

const settled = (plant: AlertPlant, what: string, sql: string): Promise<unknown> => until(what, async () => (await plant.pool.query(sql)).rowCount === 0, SETTLE_LIMIT_MS);

/**
 * Beside messages: a workflow that waits for an activity whose process was killed, which Temporal finds out after its time limit of a minute and a half. It is
 * ended, and the sweep starts it anew where something is due.
 */
async function bringForward(plant: AlertPlant): Promise<void> {
  const began = Date.now();
  // Restarts the processes in order, so whatever they had begun before is done, or was begun by one that is dead.
  await bringMessagesForward(plant);
  for (const workflowId of await runningWorkflows(plant)) {
    const workflow = plant.temporal.workflow.getHandle(workflowId);
    // One that ended meanwhile cannot be asked, and need not be.
    const pending = await workflow.describe().then(({ raw }) => raw.pendingActivities ?? [], () => []);
    if (pending.some(({ lastStartedTime }) => lastStartedTime != null && tsToMs(lastStartedTime) < began)) await workflow.terminate('brought forward').catch(() => {});
  }
  await plant.pool.query("UPDATE incidents SET next_due_at = least(next_due_at, now() - interval '1 minute') WHERE next_due_at IS NOT NULL");
}

/** One that was started while another process still sent its message sleeps until that claim would have ended. A ring lets that time pass, too. */
async function untilWorkflowsEnd(plant: AlertPlant): Promise<void> {
  for (const workflowId of await runningWorkflows(plant)) await plant.temporal.workflow.getHandle(workflowId).signal(DOORBELL_SIGNAL).catch(() => {});
  await until('the workflows to end', async () => (await runningWorkflows(plant)).length === 0, WORKFLOWS_END_MS).catch(() => {});
}

/** Whoever slept wakes up, and the hour of the budget is over. */
async function endTheNight({ pool }: AlertPlant): Promise<void> {
  await pool.query('UPDATE contacts SET quiet_hours = NULL');
  await pool.query('UPDATE held_back SET due_at = now() WHERE digest_id IS NULL');
  await pool.query("UPDATE deliveries SET next_try_at = now() WHERE state = 'waiting' AND digest_id IS NOT NULL");
  await pool.query('UPDATE digests SET next_due_at = now() WHERE next_due_at IS NOT NULL');
}
