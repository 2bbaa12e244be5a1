/** The supervisor's log of a demo, in a file: on the terminal it would run over the progress. And its end, for when something went wrong. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../workers/log.ts';
import type { Log } from '../../workers/log.ts';
import { printable } from '../table.ts';

export const logFolder = (home: string): string => join(home, 'log');

/** The lines that startPlant writes, in the form of the other processes' logs. */
export const openPlantLog = (home: string): Log => createLog('demo', 'info', join(logFolder(home), 'plant.log'));

interface LogLine {
  readonly level: number;
  readonly text: string;
}

const TAIL_LINES = 12;
const WARN = 40;
const ERROR = 50;
const LEVEL_NAMES: Readonly<Record<number, string>> = { 30: 'info', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

/** The end of the log that most likely says why, with its path. */
export function telltaleLog(home: string, error: unknown): { path: string; lines: string[] } | undefined {
  const folder = logFolder(home);
  const logs = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.log'))
    .map((name) => ({ name, path: join(folder, name), lines: readLines(join(folder, name)) }));
  const message = error instanceof Error ? error.message : String(error);
  const worst = (level: number) => logs.find(({ lines }) => lines.some((line) => line.level >= level));
  const chosen = logs.find(({ name }) => message.startsWith(`${name.slice(0, -'.log'.length)} `)) ?? worst(ERROR) ?? worst(WARN) ?? logs[0];
  if (chosen === undefined) return undefined;
  const serious = chosen.lines.filter(({ level }) => level >= WARN);
  return { path: chosen.path, lines: (serious.length > 0 ? serious : chosen.lines).slice(-TAIL_LINES).map(({ text }) => text) };
}

/** What is no JSON is a crash's own words, and counts as an error. */
function readLines(path: string): LogLine[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => {
    try {
      const { level, time, msg, err } = JSON.parse(line) as { level: number; time: string; msg: string; err?: { message?: string } };
      return { level, text: printable(`${time.slice(11, 19)} ${LEVEL_NAMES[level] ?? level} ${msg}${err?.message ? `: ${err.message}` : ''}`) };
    } catch {
      return { level: ERROR, text: printable(line) };
    }
  });
}
