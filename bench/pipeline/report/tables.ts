/** The results as people read them. */
import { table } from '../../../cli/table.ts';
import type { Row } from '../../../cli/table.ts';
import { bytes, share } from '../../../cli/wording.ts';
import type { Saturation } from '../measure/saturate.ts';
import type { Results } from '../results.ts';
import type { AcceptanceFigures } from '../scenarios/acceptance.ts';
import { bareCpuMs, bareFramesPerSecond, orchestration, plantCpuMs, ratio } from './figures.ts';
import { judgeTargets, written } from './targets.ts';

const figure = (value: number | null | undefined): string => (value == null ? '-' : written(value));
/** A backlog this short may have been empty between two looks. */
const SHORT_BACKLOG = 10;

export function report(results: Results): string[] {
  const doubtful = doubts(results);
  return [
    ...section('Where and of what', aboutTheRun(results)),
    ...section('The bare loop: decode and detect, nothing else', bareTable(results)),
    ...section('The pipeline, saturated', saturatedTable(results)),
    ...section('CPU, ms per frame, by process', cpuTable(results)),
    ...section('Orchestration: CPU per frame with the null detector, ms', orchestrationTable(results)),
    ...section('Acceptance, 50 in flight', acceptanceTable(results)),
    ...section('From acceptance to the mail handed over, ms', alertTable(results)),
    ...section(doubtful.length > 0 ? 'Targets, of a run to be doubted' : 'Targets', targetTable(results)),
    ...section('To be doubted', doubtful),
  ];
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]);

function aboutTheRun({ startedAt, minutes, short, machine, pictures, settings, bare }: Results): string[] {
  const [first] = bare;
  return table([
    ['run', `${startedAt}, ${short ? 'short, ' : ''}${minutes.toFixed(1)} min, commit ${machine.commit}`],
    ['machine', `${machine.cores} x ${machine.cpu}, ${bytes(machine.memoryBytes)}`],
    ['versions', Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`).join(', ')],
    ['detector', first ? `${first.model.name} ${first.model.version} on ${first.model.runtime}, ${first.threads} threads` : null],
    ['frames', `${pictures.width} x ${pictures.height}, ${bytes(pictures.meanBytes)}, no two alike`],
    ['settings', Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(' ') || 'all at their defaults'],
  ]);
}

function bareTable(results: Results): string[] {
  const coresUsed = (framesPerSecond: number, cpuMsPerFrame: number): string => share(framesPerSecond * cpuMsPerFrame / 1000 / results.machine.cores);
  const rows = results.bare.map(({ framesPerSecond, cpuMsPerFrame }, n): Row =>
    [n === 0 ? 'before the rest' : 'after the rest', written(framesPerSecond), written(cpuMsPerFrame), coresUsed(framesPerSecond, cpuMsPerFrame)]);
  const mean: Row = ['mean', figure(bareFramesPerSecond(results)), figure(bareCpuMs(results)), null];
  return table([...rows, mean], ['when', 'frames/s', 'CPU ms/frame', 'cores used']);
}

const runsOf = ({ saturated, nullDetector }: Results): [string, Saturation][] =>
  [...Object.entries(saturated), ...(nullDetector ? [['null detector, compact', nullDetector] as [string, Saturation]] : [])];

function saturatedTable(results: Results): string[] {
  return table(runsOf(results).map(([name, run]) => [
    name, written(run.framesPerSecond), figure(ratio(run.framesPerSecond, bareFramesPerSecond(results))), figure(ratio(bareCpuMs(results), plantCpuMs(run))), `${run.frames} in ${run.seconds.toFixed(0)} s`,
    run.batchFrames.p50, run.batchFrames.max, run.openBatches, run.leastWaiting, share(run.cpu.machineBusy), share(run.cpu.othersBusy + run.cpu.stolen),
  ]), ['variant', 'frames/s', 'of bare', 'by CPU', 'settled', 'batch p50', 'max', 'in flight', 'waiting', 'cores busy', 'by others']);
}

function cpuTable(results: Results): string[] {
  return runsOf(results).flatMap(([name, run]) => {
    const processes = Object.entries(run.cpuMsPerFrame);
    return [`${name}: ${written(plantCpuMs(run))}`, ...table([processes.map(([, ms]) => ms.toFixed(1))], processes.map(([process]) => process)).map((line) => `  ${line}`)];
  });
}

function orchestrationTable(results: Results): string[] {
  const found = orchestration(results);
  if (!found) return [];
  const detection = bareCpuMs(results);
  return table(([
    ['Temporal server and workers', found.serverAndWorkersMs],
    ['the same without the pixel work of validate', found.withoutPicturesMs],
    ['the whole plant', found.plantMs],
  ] as const).map(([what, ms]) => [what, figure(ms), figure(ratio(ms, detection))]), ['of', 'ms', 'of detection']);
}

function acceptanceTable({ acceptance }: Results): string[] {
  if (!acceptance) return [];
  const row = (name: string, { framesPerSecond, answerMs, settledPerSecond, retries, generatorDelayP99Ms, generatorCpuMsPerFrame }: AcceptanceFigures): Row =>
    [name, written(framesPerSecond), figure(answerMs.p50), figure(answerMs.p99), figure(answerMs.max), answerMs.count, retries, written(settledPerSecond), written(generatorDelayP99Ms), written(generatorCpuMsPerFrame)];
  return table([row('the pipeline idles', acceptance.idle), row('it is saturated', acceptance.saturated)],
    ['while', 'accepted/s', 'p50 ms', 'p99 ms', 'max ms', 'frames', 'retries', 'settled/s', 'generator late p99 ms', 'its CPU ms/frame']);
}

function alertTable({ alertLatency }: Results): string[] {
  if (!alertLatency) return [];
  return table(alertLatency.atLoads.map(({ load, acceptedPerSecond, alerts, handOverMs }) => [
    `${share(load)} of ${written(alertLatency.saturatedFramesPerSecond)} frames/s`, written(acceptedPerSecond),
    figure(handOverMs.p50), figure(handOverMs.p99), figure(handOverMs.max), `${handOverMs.count} of ${alerts}`,
  ]), ['load', 'accepted/s', 'p50', 'p99', 'max', 'handed over']);
}

const targetTable = (results: Results): string[] =>
  table(judgeTargets(results).map(({ what, target, measured, verdict }) => [what, target, measured, verdict]), ['what', 'target', 'measured', 'verdict']);

/** What makes figures of this run worth less than they look. */
function doubts(results: Results): string[] {
  const [before, after] = results.bare;
  const drift = before && after ? Math.abs(after.framesPerSecond / before.framesPerSecond - 1) : 0;
  return [
    ...results.failures.map(({ step, reason }) => `${step}: not measured: ${reason}`),
    ...results.othersAtWork.map((other) => `at work beside the bench: ${other}`),
    ...(drift > 0.05 ? [`the bare loop differs by ${Math.round(drift * 100)} % between beginning and end: the machine was not the same throughout`] : []),
    ...runsOf(results).flatMap(([name, run]) => [
      ...(run.leastWaiting < SHORT_BACKLOG ? [`${name}: the backlog fell to ${run.leastWaiting}, so acceptance or the generator may have been the limit`] : []),
      ...(run.cpu.othersBusy + run.cpu.stolen > 0.1 ? [`${name}: others took ${share(run.cpu.othersBusy + run.cpu.stolen)} of the cores`] : []),
      ...(['failed', 'rejected'] as const).flatMap((state) => (run.byState[state] ? [`${name}: ${run.byState[state]} frames ended as ${state}`] : [])),
    ]),
  ];
}
