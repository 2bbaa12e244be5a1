/** The run as tables. */
import { table } from '../../cli/table.ts';
import type { Row } from '../../cli/table.ts';
import { judge, written } from '../pipeline/report/targets.ts';
import type { ManyOpen } from './many-open.ts';
import type { Storm } from './storm.ts';

const figure = (value: number | null | undefined): string | null => (value == null ? null : written(value));
const percent = (share: number | undefined): string | null => (share === undefined ? null : `${(share * 100).toFixed(1)} %`);

export function report(many: ManyOpen | null, storms: readonly Storm[], budget: number): string[] {
  return [...(many === null ? [] : manyOpenTables(many)), ...(storms.length === 0 ? [] : ['', 'Storms', ...indented(stormTable(storms, budget))])];
}

function manyOpenTables(many: ManyOpen): string[] {
  const names = Object.keys(many.looks[0]?.mb ?? {});
  return [
    'Memory, MB', ...indented(table([...many.looks.map(({ open, mb }): Row => [open, ...names.map((name) => Math.round(mb[name] ?? 0))]), ['KB for each that is open', ...names.map((name) => perOpenKb(many, name))]], ['open', ...names])),
    '', 'CPU', ...indented(table(Object.entries(many.lifeCpuMs).map(([name, ms]): Row => [name, percent(many.idleCores[name]), figure(ms)]), ['process', `of a core, ${many.incidents} open and nothing due`, 'ms for an incident from opening to end'])),
    '', 'From the opening to the mail taken', ...indented(table([
      tellRow(`${figure(many.steady.perSecond)}/s, at random moments`, many.steady),
      tellRow(`${many.burst.notifyMs.count} at once`, many.burst),
    ], ['openings', 'open before', 'p50 ms', 'p99 ms', 'max ms', 'told'])),
    ...indented(table(NOTIFY_TARGETS.map(({ at, limit }): Row => {
      const { target, measured, verdict } = judge({ what: at, bound: 'at most', limit, unit: ' ms' }, many.steady.notifyMs[at]);
      return [`steady, ${at}`, target, measured, verdict];
    }), ['', 'target', 'measured', 'verdict'])),
    '', 'Throughput', ...indented(table([
      ['told as fast as they go', many.fastest.count, figure(many.fastest.perSecond)],
      ['answered, until all have looked', many.answered.count, figure(many.answered.count / many.answered.seconds)],
      ['closed together', many.ended.count, figure(many.ended.count / many.ended.seconds), `${many.ended.seconds.toFixed(0)} s`],
    ], ['what', 'incidents', 'a second', 'in all'])),
  ];
}

/** Those of the way from acceptance to the mail at half load, of which this is the last part. */
const NOTIFY_TARGETS = [{ at: 'p50', limit: 500 }, { at: 'p99', limit: 1_500 }] as const;

const tellRow = (what: string, { open, notifyMs }: ManyOpen['burst']): Row => [what, open, figure(notifyMs.p50), figure(notifyMs.p99), figure(notifyMs.max), notifyMs.count];

function perOpenKb({ looks }: ManyOpen, name: string): string | null {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined || last.open === first.open) return null;
  return figure(((last.mb[name] ?? 0) - (first.mb[name] ?? 0)) * 1024 / (last.open - first.open));
}

const stormTable = (storms: readonly Storm[], budget: number): string[] => table(storms.map((storm): Row => [
  `${storm.users} x ${storm.devices} x ${storm.rules}`, storm.matches, storm.seconds.toFixed(0), Math.round(storm.lateMs), storm.incidents, storm.messages, `<= ${storm.budget}`, storm.faults.length === 0 ? 'met' : 'MISSED',
  storm.heldBack, storm.digests, storm.events, figure(storm.decisionMsPerMatch.p50), figure(storm.decisionMsPerMatch.p99),
]), ['users x devices x rules', 'matches', 'in s', 'late ms', 'incidents', 'messages', `target, ${budget} a user`, '', 'held back', 'digests', 'story lines', 'decision ms a match p50', 'p99']);

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
