/** What a demo run came to: the figures, what is wrong with them, and how they are told. Pure. */
import type { AccountingReport, PlantStatus } from '../../api/shapes/plant.ts';
import { TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import type { TerminalState } from '../../contracts/terminal-states.ts';
import { facts, printable, table } from '../table.ts';
import { detectorLines, duration } from '../wording.ts';
import type { Alert } from './alert-watch.ts';
import type { DemoRule } from './scene.ts';
import type { Style } from './style.ts';

export interface DemoOutcome {
  /** Frames for which the cameras hold a receipt. */
  readonly sent: number;
  /** Of all cameras together. */
  readonly sentPerSecond: number;
  /** From the first frame until all were settled and told. */
  readonly tookMs: number;
  readonly accounting: AccountingReport;
  readonly alerts: readonly Alert[];
  readonly detectors: PlantStatus['detectors'];
}

export interface DemoSummary {
  readonly ok: boolean;
  /** What is wrong, for people; empty when all is well. */
  readonly problems: readonly string[];
  readonly frames: { readonly sent: number; readonly accepted: number; readonly unaccounted: number; readonly states: Readonly<Record<TerminalState, number>> };
  readonly framesPerSecond: number;
  readonly sentPerSecond: number;
  /** From acceptance of a frame until its message was handed over, in milliseconds; null without an alert. */
  readonly alertLatency: { readonly p50Ms: number; readonly p99Ms: number } | null;
  readonly alerts: readonly Alert[];
  readonly detectors: PlantStatus['detectors'];
}

export function summarise({ sent, sentPerSecond, tookMs, accounting: { totals, messages }, alerts, detectors }: DemoOutcome): DemoSummary {
  const problems = [
    ...(totals.accepted === sent ? [] : [`the cameras hold receipts for ${sent} frames, the ledger has ${totals.accepted}`]),
    ...(totals.unaccounted === 0 ? [] : [`${totals.unaccounted} frames are unaccounted for`]),
    ...(totals.open === 0 ? [] : [`${totals.open} frames are not settled`]),
    ...(totals.failed === 0 ? [] : [`${totals.failed} frames failed`]),
    ...(messages.failed === 0 ? [] : [`${messages.failed} messages were refused`]),
    ...(alerts.length > 0 ? [] : ['nobody was alerted']),
  ];
  const latencies = alerts.map(({ handedOverAfterMs }) => handedOverAfterMs);
  return {
    ok: problems.length === 0, problems,
    frames: {
      sent, accepted: totals.accepted, unaccounted: totals.unaccounted,
      states: Object.fromEntries(TERMINAL_STATES.map((state) => [state, totals[state]])) as Record<TerminalState, number>,
    },
    framesPerSecond: tookMs > 0 ? totals.accepted / (tookMs / 1000) : 0, sentPerSecond,
    alertLatency: latencies.length === 0 ? null : { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) },
    alerts, detectors,
  };
}

/** Nearest rank: always a value that was measured. `values` must not be empty. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN;
}

export function summaryLines(summary: DemoSummary, rules: readonly DemoRule[], style: Style): string[] {
  const { frames, alertLatency, alerts } = summary;
  return [
    style.heading('Summary'),
    ...facts([
      ['frames accepted', `${frames.accepted} of ${frames.sent}, ${frames.unaccounted} unaccounted for`],
      ['ended as', TERMINAL_STATES.map((state) => `${state} ${frames.states[state]}`).join(', ')],
      ['frames a second', `${summary.framesPerSecond.toFixed(1)}, of ${summary.sentPerSecond.toFixed(1)} that the cameras sent`],
      ['alert latency', alertLatency === null ? 'no alert' : `p50 ${duration(alertLatency.p50Ms)}, p99 ${duration(alertLatency.p99Ms)}, from acceptance to message handed over`],
    ], '  '),
    ...detectorLines(summary.detectors).map((line, index) => `  ${(index === 0 ? 'detector' : '').padEnd(15)}  ${line.startsWith('FALLBACK') ? style.bad(printable(line)) : printable(line)}`),
    '',
    style.heading(`Alerts (${alerts.length})`),
    ...alertLines(alerts, rules, style),
    ...summary.problems.map((problem) => style.bad(`  NOT AS IT SHOULD BE: ${problem}`)),
  ];
}

function alertLines(alerts: readonly Alert[], rules: readonly DemoRule[], style: Style): string[] {
  const nameOf = (id: string): string => rules.find(({ ruleId }) => ruleId === id)?.name ?? `rule ${id}`;
  const rows = table(alerts.map(({ localTime, deviceName, seen, ruleId, address, handedOverAfterMs }) =>
    [localTime, deviceName, seen, nameOf(ruleId), `told ${address} after ${duration(handedOverAfterMs)}`]));
  return alerts.flatMap(({ file, page }, index) => [`  ${rows[index]}`, ...[file, page].flatMap((place) => (place === null ? [] : [style.quiet(`    ${place}`)]))]);
}
