/** How times, amounts and detectors are written for people. */
import type { Incident } from '../api/shapes/incidents.ts';
import type { PlantStatus } from '../api/shapes/plant.ts';
import type { Rule } from '../api/shapes/rules.ts';
import type { RuleProblem } from '../contracts/rule.ts';
import type { Instant } from '../contracts/time.ts';
import { printable } from './table.ts';

/** To the second, in UTC; whoever needs more takes --json. */
export const moment = (instant: Instant | null): string => (instant === null ? '-' : instant.slice(0, 19).replace('T', ' '));

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(amount: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3)));
  const scaled = amount / 1000 ** unit;
  return `${unit === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[unit]}`;
}

/** `480 ms`, `2.4 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export const share = (fraction: number): string => `${Math.floor(fraction * 100)} %`;

/** What is used, and loudly when it is not what should be. */
export const detectorLines = (detectors: PlantStatus['detectors']): string[] => detectors.map(({ name, version, runtime, fallback }) =>
  (fallback === null ? `${name} ${version} on ${runtime}` : `FALLBACK: ${fallback}`));

/** As compilers write it, so that editors jump to the place. */
export const problemLine = ({ severity, code, message, line, column }: RuleProblem, source: string): string =>
  `${printable(source)}:${line}:${column}: ${severity} ${code}: ${printable(message)}`;

/** Whom a message told, and how that went. */
export const told = ({ channel, address, state, code, uncertain }: Incident['messages'][number]): string =>
  `${channel} ${address} ${state}${code === null ? '' : ` (${code})`}${uncertain > 0 ? `, ${uncertain} uncertain` : ''}`;

/** Who has a rule or policy by itself; the API names the first of many. */
export const assigneeRows = ({ users, userIds, groupIds }: Pick<Rule, 'users' | 'userIds' | 'groupIds'>): [string, string][] => [
  ['users', users > userIds.length ? `${userIds.join(', ')} and ${users - userIds.length} more` : userIds.join(', ')],
  ['groups', groupIds.join(', ')],
];
