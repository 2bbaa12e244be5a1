/** `npm run bench:peak`: three times what the plant can do, for minutes; then it has to drain and every frame has to be accounted for. See bench/README.md. */
import { parseArgs } from 'node:util';
import { table } from '../../cli/table.ts';
import { interruptSignal, listenForInterrupt } from '../pipeline/interrupt.ts';
import type { LoadReport } from '../pipeline/load/job.ts';
import { onTheWay } from '../pipeline/measure/ledger.ts';
import { spreadOf } from '../pipeline/measure/percentiles.ts';
import { saturate } from '../pipeline/measure/saturate.ts';
import { loadPictures } from '../pipeline/pictures.ts';
import { pass, removeHomes, withPlant } from '../pipeline/plant-under-load.ts';
import type { PlantUnderLoad } from '../pipeline/plant-under-load.ts';
import { CAMERAS, putCameras } from '../pipeline/scene.ts';

const TIMES = 3;
/** What the plant can do, before the peak is set by it. */
const CAPACITY = { warmUpSeconds: 12, windowSeconds: 15 } as const;
const TELL_EVERY_SECONDS = 10;
/** A peak of ten minutes leaves twenty minutes of work; a plant that is slower than half of what it just showed has not drained. */
const DRAIN_TIMES = 4;
const SEED = 1;

const say = (line: string): void => { process.stderr.write(`bench: ${line}\n`); };

interface Totals { readonly accepted: number; readonly open: number; readonly failed: number; readonly unaccounted: number }

async function peak(minutes: number): Promise<number> {
  const { jpegs } = await loadPictures();
  return withPlant({ jpegs, env: {} }, async (underLoad) => {
    await putCameras(underLoad.plant);
    const { framesPerSecond } = await saturate(underLoad, CAPACITY);
    await drained(underLoad, 60);
    const perSecond = framesPerSecond * TIMES;
    say(`the plant settles ${framesPerSecond.toFixed(1)} frames/s; now ${perSecond.toFixed(1)} come in for ${minutes} min`);

    const load = underLoad.load({ kind: 'pace', streams: [{ devices: CAMERAS, perSecond }], seconds: minutes * 60, seed: SEED });
    const [report, longestLine] = await Promise.all([load.done, watchUntil(load.done, underLoad)]);
    const drainStartedAt = performance.now();
    await drained(underLoad, minutes * 60 * TIMES * DRAIN_TIMES);
    const drainSeconds = (performance.now() - drainStartedAt) / 1000;

    const { totals } = await underLoad.plant.call<{ totals: Totals }>('GET', '/v1/ops/accounting');
    process.stdout.write(`${tables({ framesPerSecond, report, longestLine, drainSeconds, totals }).join('\n')}\n`);
    return totals.open + totals.failed + totals.unaccounted === 0 ? 0 : 1;
  });
}

async function watchUntil(done: Promise<unknown>, { plant }: PlantUnderLoad): Promise<number> {
  let ended = false;
  const end = done.finally(() => { ended = true; });
  let longest = 0;
  while (!ended) {
    const { waiting, inFlight } = await onTheWay(plant.pool);
    longest = Math.max(longest, waiting);
    say(`${waiting} waiting, ${inFlight} in flight`);
    await Promise.race([end, pass(TELL_EVERY_SECONDS)]);
  }
  return longest;
}

async function drained({ plant }: PlantUnderLoad, limitSeconds: number): Promise<void> {
  for (const giveUpAt = performance.now() + limitSeconds * 1000; ;) {
    const { waiting, inFlight } = await onTheWay(plant.pool);
    if (waiting + inFlight === 0) return;
    if (performance.now() > giveUpAt) throw new Error(`not drained after ${Math.round(limitSeconds)} s: ${waiting} waiting, ${inFlight} in flight`);
    await pass(1);
  }
}

interface PeakFigures {
  readonly framesPerSecond: number; readonly report: LoadReport; readonly longestLine: number; readonly drainSeconds: number; readonly totals: Totals;
}

function tables({ framesPerSecond, report, longestLine, drainSeconds, totals }: PeakFigures): string[] {
  const { p50, p99, max } = spreadOf(report.answerMs);
  const ms = (value: number | null): string => (value === null ? '-' : `${Math.round(value)} ms`);
  return table([
    ['the plant alone settles', `${framesPerSecond.toFixed(1)} frames/s`],
    ['sent', `${report.answerMs.length} frames in ${Math.round(report.seconds)} s, ${(report.answerMs.length / report.seconds / framesPerSecond).toFixed(2)} times that`],
    ['the 202 meanwhile', `p50 ${ms(p50)}, p99 ${ms(p99)}, longest ${ms(max)}; asked to send again ${report.retries} times`],
    ['longest line', `${longestLine} frames`],
    ['drained', `${Math.round(drainSeconds)} s after the last one`],
    ['accounts', `${totals.accepted} accepted, ${totals.open} open, ${totals.failed} failed, ${totals.unaccounted} unaccounted for`],
  ]);
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
listenForInterrupt();
process.exit(await peak(Number(values.minutes)).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return interruptSignal.aborted ? 130 : 1;
}).finally(removeHomes));
