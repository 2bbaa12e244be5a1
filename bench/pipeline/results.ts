/** Everything that a run has found out: what is printed, and what `--json` writes. */
import type { Machine } from './machine.ts';
import type { LoopFigures } from './measure/work-loop.ts';
import type { Saturation } from './measure/saturate.ts';
import type { Acceptance } from './scenarios/acceptance.ts';
import type { AlertLatency } from './scenarios/alert-latency.ts';
import type { BareLoop } from './scenarios/bare-loop.ts';

export interface Results {
  readonly startedAt: string;
  readonly minutes: number;
  readonly short: boolean;
  readonly machine: Machine;
  /** What else was at work when the run began. */
  readonly othersAtWork: readonly string[];
  readonly pictures: { readonly count: number; readonly width: number; readonly height: number; readonly meanBytes: number };
  /** Settings that were not at their default. */
  readonly settings: Readonly<Record<string, string>>;
  /** At the beginning and at the end: how far they differ is how far the rest can be trusted. */
  readonly bare: readonly BareLoop[];
  readonly pictureWork: LoopFigures | null;
  /** By name of the variant; null, like what follows, was not asked for or failed. */
  readonly saturated: Readonly<Record<string, Saturation>>;
  readonly nullDetector: Saturation | null;
  readonly acceptance: Acceptance | null;
  readonly alertLatency: AlertLatency | null;
  readonly failures: readonly { readonly step: string; readonly reason: string }[];
}
