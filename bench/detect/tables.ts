/** The figures of models as tables. Pure. */
import { table } from '../../cli/table.ts';
import type { Tally } from '../labelled/judge.ts';
import { LABELLED_SETS } from '../labelled/pictures.ts';
import type { DetectReport } from './job.ts';

const ms = (value: number): string => value.toFixed(1);
const nameOf = ({ name, version, runtime }: DetectReport): string => `${name} ${version}, ${runtime}`;

/** Milliseconds are those of this machine; the last column, against the first model, carries over. */
export function speedTable(reports: readonly DetectReport[]): string[] {
  const first = reports[0]?.timings[0]?.frameMs;
  return table(reports.map((report) => {
    const [one, two] = report.timings;
    return [
      nameOf(report), ms(one!.p50Ms), ms(one!.p95Ms), ms(two!.p50Ms), ms(two!.p95Ms), ms(two!.frameMs), Math.round(report.memoryMb), first === undefined ? '-' : (one!.frameMs / first).toFixed(2),
    ];
  }), ['ms a frame', '1 thread p50', 'p95', '2 threads p50', 'p95', 'together', 'MB', 'times the first']);
}

/** Recall and precision of people and vehicles, and of everything, at each model's usual score. */
export const accuracyTable = (reports: readonly DetectReport[]): string[] => table(
  reports.flatMap((report) => LABELLED_SETS.map((set) => {
    const { people, vehicles, all } = report.accuracy[set];
    return [nameOf(report), report.usualScore, set, ...[people, vehicles, all].flatMap((of) => [found(of), precision(of)])];
  })),
  ['', 'score', 'set', 'people found', 'right', 'vehicles found', 'right', 'all found', 'right']);

const found = ({ found: right, labelled }: Tally): string => (labelled === 0 ? '-' : `${right} of ${labelled} (${Math.round((right / labelled) * 100)} %)`);
const precision = ({ found: right, falseAlarms }: Tally): string => (right + falseAlarms === 0 ? '-' : `${Math.round((right / (right + falseAlarms)) * 100)} %`);
