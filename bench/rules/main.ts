/** `npm run bench:rules`: how many verdicts a second one core says, by rules and detections. See bench/README.md. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../../cli/table.ts';
import type { Row } from '../../cli/table.ts';
import { measure } from './measure.ts';
import type { Effort, Speed } from './measure.ts';
import { ruleSetOf } from './mix.ts';
import type { Mix } from './mix.ts';
import { streamOf } from './stream.ts';

const TARGET_PER_SECOND = 1_000_000;

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });
const effort: Effort = values.short ? { rounds: 3, roundMs: 100 } : { rounds: 7, roundMs: 400 };

interface Case {
  readonly what: string;
  readonly mix: Mix;
  readonly rules: number;
  readonly detections: number;
}

const CASES: readonly Case[] = [
  ...[1, 100, 10_000].flatMap((rules) => [1, 10, 50].map((detections): Case => ({ what: 'mixed', mix: 'mixed', rules, detections }))),
  ...[1, 10, 50].map((detections): Case => ({ what: 'without memory', mix: 'stateless', rules: 10_000, detections })),
  ...[1, 10, 50].map((detections): Case => ({ what: 'all name person', mix: 'person', rules: 10_000, detections })),
];

const results = CASES.map((each) => ({ ...each, ...measure(ruleSetOf(each.rules, each.mix), streamOf(each.detections), effort) }));

const rowOf = ({ what, rules, detections, verdictsPerSecond, microsPerFrame, touchedPerFrame, matchesPerFrame }: Case & Speed): Row => [
  what, rules, detections, Math.round(verdictsPerSecond).toLocaleString('en-US'), microsPerFrame.toFixed(microsPerFrame < 100 ? 1 : 0),
  touchedPerFrame.toFixed(1), matchesPerFrame.toFixed(1), verdictsPerSecond >= TARGET_PER_SECOND ? 'met' : 'MISSED',
];

const machine = `one core of ${cpus()[0]?.model.trim() ?? 'an unknown machine'}, node ${process.versions.node}`;

process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : `${[
  `${machine}; median of ${effort.rounds} rounds of ${effort.roundMs} ms; target: ${TARGET_PER_SECOND.toLocaleString('en-US')} verdicts/s`,
  '',
  ...table(results.map(rowOf), ['rules', 'count', 'detections', 'verdicts/s', 'us/frame', 'touched', 'matched', 'target']),
].join('\n')}\n`);
