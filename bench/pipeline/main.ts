/** `npm run bench:pipeline`: what the pipeline costs beside the detection that it is for, in one run on one machine. See bench/README.md. */
import { writeFile } from 'node:fs/promises';
import { loadSettings } from '../../config/load.ts';
import { interruptSignal, listenForInterrupt } from './interrupt.ts';
import { changedSettings, describeMachine, othersAtWork } from './machine.ts';
import { USAGE, readOptions } from './options.ts';
import type { Options } from './options.ts';
import { loadPictures } from './pictures.ts';
import { removeHomes } from './plant-under-load.ts';
import { report } from './report/tables.ts';
import type { Results } from './results.ts';
import { acceptance } from './scenarios/acceptance.ts';
import { alertLatency } from './scenarios/alert-latency.ts';
import { bareLoop } from './scenarios/bare-loop.ts';
import { nullDetector, usualBatch } from './scenarios/null-detector.ts';
import { pictureWork } from './scenarios/picture-work.ts';
import { AS_STARTED, STAGE_BY_STAGE, VARIANTS, saturatedPipeline } from './scenarios/saturated-pipeline.ts';
import { runSteps } from './steps.ts';

/** Progress, on standard error: standard output is for the tables. */
const say = (line: string): void => { process.stderr.write(`bench: ${line}\n`); };

async function measure({ short, lengths, parts }: Options): Promise<Results> {
  const startedAt = new Date();
  const settings = loadSettings();
  const others = await othersAtWork();
  for (const other of others) say(`NOT ALONE on this machine, the figures will suffer: ${other}`);
  const machine = await describeMachine();
  const pictures = await loadPictures();
  const { step, failures } = runSteps(say);

  const before = await bareLoop(pictures, settings, lengths.bareSeconds);
  say(`bare loop: ${before.framesPerSecond.toFixed(1)} frames/s`);

  const saturated: Record<string, Results['saturated'][string]> = {};
  for (const variant of short ? [AS_STARTED] : [...VARIANTS, STAGE_BY_STAGE]) {
    const run = parts.has('saturated') && await step(`saturated pipeline, ${variant.name}`, () => saturatedPipeline(variant, pictures, lengths));
    if (run) saturated[variant.name] = run;
  }
  const batchFrames = usualBatch(saturated[AS_STARTED.name], before, settings);
  const withoutDetection = parts.has('null-detector') && await step(`null detector, batches of ${batchFrames}`, () => nullDetector(pictures, lengths, batchFrames));
  const pixels = parts.has('null-detector') && await step('pixel work of validate', () => pictureWork(pictures, lengths.bareSeconds));
  const accepting = parts.has('acceptance') && await step('acceptance', () => acceptance(pictures, lengths));
  const alerting = parts.has('alert-latency') && await step('acceptance to message', () => alertLatency(pictures, lengths));
  const after = await step('bare loop again', () => bareLoop(pictures, settings, lengths.bareSeconds));

  return {
    startedAt: startedAt.toISOString(), minutes: (Date.now() - startedAt.getTime()) / 60_000, short, machine, othersAtWork: others,
    pictures: { count: pictures.jpegs.length, ...pictures.size, meanBytes: pictures.meanBytes },
    settings: changedSettings(settings), bare: after ? [before, after] : [before], pictureWork: pixels || null,
    saturated, nullDetector: withoutDetection || null, acceptance: accepting || null, alertLatency: alerting || null, failures,
  };
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    say(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  listenForInterrupt();
  try {
    const results = await measure(options);
    process.stdout.write(`${report(results).join('\n')}\n`);
    if (options.jsonPath !== undefined) await writeFile(options.jsonPath, `${JSON.stringify(results, null, 2)}\n`);
    return results.failures.length > 0 ? 1 : 0;
  } catch (error) {
    if (!interruptSignal.aborted) throw error;
    return 130;
  } finally {
    await removeHomes();
  }
}

process.exit(await main());
