/** Named cases of a rule: what a device sees over a while, and when the rule shall match. Read from text by `read-cases.ts`, played by `run-cases.ts`. */
import type { Instant } from '../../contracts/time.ts';
import type { Zone } from '../../contracts/zone.ts';
import type { Place } from '../memory/scene-memory.ts';

export interface CaseFile {
  readonly device: CaseDevice;
  /** At least one. */
  readonly cases: readonly RuleCase[];
}

export interface CaseDevice {
  /** IANA name. */
  readonly timeZone: string;
  readonly zones: readonly Zone[];
}

export interface RuleCase {
  readonly name: string;
  /** Capture time of the first frame. */
  readonly start: Instant;
  /** Between two frames. */
  readonly everyMs: number;
  /** At least one, in order of time. */
  readonly stretches: readonly Stretch[];
  readonly expected: Expectation;
}

/** Frames one after the other that show the same objects, or a while without any frame. */
export type Stretch =
  | { readonly kind: 'frames'; readonly count: number; readonly objects: readonly CaseObject[] }
  | { readonly kind: 'pause'; readonly ms: number };

export interface CaseObject {
  /** Canonical. */
  readonly label: string;
  readonly probability: number;
  /** In the first frame of the stretch. */
  readonly at: Place;
  /** By how much it is further right and further down from frame to frame, in shares of the picture. */
  readonly move: readonly [x: number, y: number];
}

/** When the rule matches, by the time since the first frame. */
export type Expectation =
  | { readonly kind: 'never' }
  | { readonly kind: 'every-frame' }
  | { readonly kind: 'exactly-at'; readonly timesMs: readonly number[] }
  /** Null: anything is right. */
  | { readonly kind: 'within'; readonly firstMs: Range | null; readonly lastMs: Range | null; readonly matches: Range | null };

/** Both ends belong to it; `to` is Infinity where there is no upper one. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Without limits a short text could ask for frames without end. A working day of a frame every ten seconds is 2 880. */
export const MAX_CASE_FRAMES = 20_000;
/** Of one file; whoever needs more has two rules. */
export const MAX_CASES = 100;
