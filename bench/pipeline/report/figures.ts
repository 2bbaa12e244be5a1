/** Numbers that are made of several measurements. Null where one of them is missing. */
import type { Saturation } from '../measure/saturate.ts';
import type { Results } from '../results.ts';
import { AS_STARTED } from '../scenarios/saturated-pipeline.ts';

/** Processes that are neither part of the plant nor do its work. */
const isGenerator = (name: string): boolean => name.startsWith('load');
const NO_WORKERS = ['api', 'temporal', 'postgres', 'supervisor'];
const isWorker = (name: string): boolean => !NO_WORKERS.includes(name) && !isGenerator(name);

const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length);

export const ratio = (value: number | null | undefined, of: number | null | undefined): number | null => (value == null || !of ? null : value / of);

export const bareFramesPerSecond = ({ bare }: Pick<Results, 'bare'>): number | null => mean(bare.map(({ framesPerSecond }) => framesPerSecond));
export const bareCpuMs = ({ bare }: Pick<Results, 'bare'>): number | null => mean(bare.map(({ cpuMsPerFrame }) => cpuMsPerFrame));

/** The pipeline as `watchpost start` runs it. */
export const asStarted = ({ saturated }: Pick<Results, 'saturated'>): Saturation | null => saturated[AS_STARTED.name] ?? null;

/** Everything but the generators. */
export const plantCpuMs = ({ cpuMsPerFrame }: Pick<Saturation, 'cpuMsPerFrame'>): number => sumOf(cpuMsPerFrame, (name) => !isGenerator(name));

export interface Orchestration {
  /** Temporal server and workers: what the target speaks of. */
  readonly serverAndWorkersMs: number;
  /** Without what validate does with pixels. */
  readonly withoutPicturesMs: number | null;
  /** The whole plant, API and database included. */
  readonly plantMs: number;
}

export function orchestration({ nullDetector, pictureWork }: Pick<Results, 'nullDetector' | 'pictureWork'>): Orchestration | null {
  if (!nullDetector) return null;
  const serverAndWorkersMs = sumOf(nullDetector.cpuMsPerFrame, (name) => name === 'temporal' || isWorker(name));
  return {
    serverAndWorkersMs, plantMs: plantCpuMs(nullDetector),
    withoutPicturesMs: pictureWork && serverAndWorkersMs - pictureWork.cpuMsPerFrame,
  };
}

const sumOf = (msByProcess: Readonly<Record<string, number>>, wanted: (name: string) => boolean): number =>
  Object.entries(msByProcess).reduce((total, [name, ms]) => (wanted(name) ? total + ms : total), 0);
