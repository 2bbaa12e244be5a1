/** Figures of this process and of the plant, for Prometheus. No label ever names a user or a device. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { countMessages } from '../adapters/postgres/dead-letters.ts';
import { readPlantFigures, readSettledTotals } from '../adapters/postgres/plant-status.ts';
import { REMOVAL_CAUSES, readRemovals } from '../adapters/postgres/retention.ts';
import { TERMINAL_STATES } from '../contracts/terminal-states.ts';
import { canaryNow } from './canary-state.ts';
import type { ApiDeps } from './deps.ts';

export interface Metrics {
  readonly requests: Counter<'method' | 'route' | 'status'>;
  readonly acceptSeconds: Histogram<'outcome'>;
  /** Everything in the text format. Answers without the database, too, and says that it is away. */
  scrape(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics({ pool, frameStore, settings, now }: Pick<ApiDeps, 'pool' | 'frameStore' | 'settings' | 'now'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });

  const databaseUp = gauge('watchpost_database_up', 'Whether the database answered this scrape; if not, the figures of the plant are NaN.');
  const plant = {
    waitingFrames: gauge('watchpost_frames_waiting', 'Accepted frames without a batch.'),
    framesInFlight: gauge('watchpost_frames_in_flight', 'Frames in a batch.'),
    openBatches: gauge('watchpost_batches_open', 'Batches in Temporal.'),
    failedFrames: gauge('watchpost_frames_failed', 'Frames that failed and were not replayed since.'),
    openIncidents: gauge('watchpost_incidents_open', 'Incidents that are not closed.'),
    undeliveredMessages: gauge('watchpost_messages_undelivered', 'Messages that wait or are being sent.'),
    deadLetters: gauge('watchpost_dead_letters', 'Messages that were refused for good or given up, and not sent again.'),
  } as const;
  const oldestWaiting = gauge('watchpost_oldest_waiting_seconds', 'How long the first frame in line has waited; 0 when none waits.');
  const canarySince = gauge('watchpost_canary_seconds_since', 'Since a canary last came through, or could have; NaN where none is sent.');
  canarySince.set(Number.NaN);
  const storedBytes = gauge('watchpost_frame_store_bytes', 'Bytes of pictures, approximate.');
  gauge('watchpost_frame_store_budget_bytes', 'Bytes of pictures that the frame store may hold.').set(settings.frameStoreBytes);
  const labelNames = ['cause'] as const;
  const removedFiles = new Gauge({ name: 'watchpost_frame_store_files_removed', help: 'Files that retention removed so far; cause budget: before their age, to make room.', labelNames, registers });
  const removedBytes = new Gauge({ name: 'watchpost_frame_store_bytes_removed', help: 'Bytes that retention removed so far.', labelNames, registers });
  const settled = new Gauge({ name: 'watchpost_frames_settled', help: 'Frames settled so far; a replay moves one to another state.', labelNames: ['state'], registers });
  const messages = new Gauge({ name: 'watchpost_messages', help: 'Messages that are not settled, or dead letters: state waiting, sending, failed.', labelNames: ['state', 'channel'], registers });
  const plantGauges = Object.entries(plant) as [keyof typeof plant, Gauge][];

  async function lookAtPlant(): Promise<void> {
    const [figures, totals, removals, unsettled, usedBytes, canary] = await Promise.all([
      readPlantFigures(pool), readSettledTotals(pool), readRemovals(pool), countMessages(pool), frameStore.usedBytes(), canaryNow(pool, settings.canarySeconds),
    ]);
    for (const [name, figure] of plantGauges) figure.set(figures[name]);
    oldestWaiting.set(figures.oldestWaitingSince === null ? 0 : Math.max(0, (now() - Date.parse(figures.oldestWaitingSince)) / 1000));
    for (const { state, channel, messages: count } of unsettled) messages.set({ state, channel }, count);
    for (const state of TERMINAL_STATES) settled.set({ state }, totals.get(state) ?? 0);
    for (const cause of REMOVAL_CAUSES) {
      removedFiles.set({ cause }, removals.get(cause)?.files ?? 0);
      removedBytes.set({ cause }, removals.get(cause)?.bytes ?? 0);
    }
    storedBytes.set(usedBytes);
    canarySince.set(canary.secondsSince ?? Number.NaN);
    databaseUp.set(1);
  }

  return {
    requests: new Counter({ name: 'watchpost_http_requests_total', help: 'Requests answered.', labelNames: ['method', 'route', 'status'], registers }),
    acceptSeconds: new Histogram({
      name: 'watchpost_accept_seconds',
      help: 'From the whole body received to the receipt or the refusal.',
      labelNames: ['outcome'],
      // Around the target of 50 ms for 99 of 100.
      buckets: [0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    async scrape() {
      await lookAtPlant().catch(() => {
        // Yesterday's figures would look like today's.
        for (const [, figure] of plantGauges) figure.set(Number.NaN);
        for (const since of [oldestWaiting, canarySince]) since.set(Number.NaN);
        for (const total of [settled, messages, removedFiles, removedBytes]) total.reset();
        databaseUp.set(0);
      });
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
