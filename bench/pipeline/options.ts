/** What a run is asked for, and how long each part of it takes. */
import { parseArgs } from 'node:util';

export const PARTS = ['saturated', 'null-detector', 'acceptance', 'alert-latency'] as const;
export type Part = (typeof PARTS)[number];

export interface Lengths {
  /** The bare loop, before and after the rest. */
  readonly bareSeconds: number;
  /** Of a saturated plant. The dispatcher moves its limits every 2 s and by two at most: this lets it get where it wants. */
  readonly warmUpSeconds: number;
  /** What is measured of a saturated plant. A batch more or less at its ends should not show in the second digit. */
  readonly windowSeconds: number;
  readonly floodSeconds: number;
  /** At each load: with the rate of alerts long enough for fifty of them. */
  readonly alertSeconds: number;
  /** Shares of what the plant can do at most. */
  readonly loads: readonly number[];
}

const FULL: Lengths = { bareSeconds: 15, warmUpSeconds: 18, windowSeconds: 25, floodSeconds: 8, alertSeconds: 45, loads: [0.1, 0.5, 0.9] };
/** For a look at whether a change goes the right way. */
const SHORT: Lengths = { bareSeconds: 4, warmUpSeconds: 6, windowSeconds: 10, floodSeconds: 4, alertSeconds: 20, loads: [0.5] };
const PARTS_IN_SHORT: readonly Part[] = ['saturated', 'acceptance'];

export interface Options {
  readonly short: boolean;
  readonly lengths: Lengths;
  readonly parts: ReadonlySet<Part>;
  /** Takes everything that was measured. */
  readonly jsonPath: string | undefined;
}

export const USAGE = `npm run bench:pipeline -- [--short] [--only <parts>] [--json <file>]
  --short        about a minute and a half: the bare loop, the pipeline as \`watchpost start\` runs it, acceptance
  --only <parts> of ${PARTS.join(', ')}; commas between them. The bare loop always runs: everything is held against it
  --json <file>  everything that was measured, for programs`;

/** Throws for what is not known. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args], strict: true, allowPositionals: false,
    options: { short: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
  });
  const { short } = values;
  return {
    short, lengths: short ? SHORT : FULL, jsonPath: values.json,
    parts: new Set(values.only === undefined ? (short ? PARTS_IN_SHORT : PARTS) : readParts(values.only)),
  };
}

function readParts(text: string): Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (!part) throw new Error(`no part of the bench is called ${name.trim() || 'nothing'}; there are ${PARTS.join(', ')}`);
    return part;
  });
}
