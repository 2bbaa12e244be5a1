/**
 * Reads named cases of a rule from YAML. No text throws; all that is wrong is named with its place and the mend.
 *
 *     device: { timeZone: Europe/Berlin, zones: [{ name: yard, polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]] }] }
 *     cases:
 *       - name: somebody walks through the yard at night
 *         start: 2026-01-15T22:30:00Z
 *         every: 500 ms
 *         frames:
 *           - []
 *           - { for: 10 s, objects: [{ person: 85%, at: [0.1, 0.6, 0.05, 0.2], move: [0.02, 0] }] }
 *         expect: { first match: 1 s .. 2 s, matches: at least 10 }
 */
import { parseInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import type { RuleProblem } from '../../contracts/rule.ts';
import { ProblemList, quoted } from '../language/problems.ts';
import { readDuration } from '../language/read-duration.ts';
import { startOf } from '../language/span.ts';
import { readYaml } from '../language/yaml-document.ts';
import { textOf } from '../language/yaml-fields.ts';
import type { YamlNode } from '../language/yaml-node.ts';
import { mappingFields, required } from './case-fields.ts';
import { MAX_CASES } from './case-file.ts';
import type { CaseFile, RuleCase } from './case-file.ts';
import { DEFAULT_DEVICE, readDevice } from './read-device.ts';
import { readExpectation } from './read-expectation.ts';
import { readStretches } from './read-stretches.ts';

export interface ReadCases {
  /** Null exactly when there are problems. */
  readonly file: CaseFile | null;
  readonly problems: readonly RuleProblem[];
}

/** Longer than a hundred cases with frames written out one by one. */
const MAX_CHARACTERS = 100_000;
/** One frame a second is what most cameras send. */
const DEFAULT_EVERY_MS = 1000;

export function readCases(source: string): ReadCases {
  const problems = new ProblemList(source);
  const file = readFile(source, problems) ?? null;
  return { file: problems.hasErrors ? null : file, problems: problems.toArray() };
}

function readFile(source: string, problems: ProblemList): CaseFile | undefined {
  if (source.length > MAX_CHARACTERS) {
    problems.add('rule_too_long', MAX_CHARACTERS, `A file of cases has at most ${MAX_CHARACTERS} characters; this one has ${source.length}.`);
    return undefined;
  }
  if (source.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line))) {
    problems.add('key_missing', 0, 'There are no cases here; write cases: with a list of them.');
    return undefined;
  }
  const node = readYaml(source, problems);
  if (node === undefined) return undefined;
  const fields = mappingFields(node, ['device', 'cases'], 'A file of cases', source, problems);
  const list = fields && required(fields, 'cases', node, 'The file has no cases; add cases: with a list of them.', problems);
  const device = fields?.get('device');
  const readOf = device === undefined ? DEFAULT_DEVICE : readDevice(device.value, source, problems);
  if (list === undefined) return undefined;
  if (list.kind !== 'list' || list.items.length === 0 || list.items.length > MAX_CASES) {
    problems.add('value_malformed', list.offset, `cases: is a list of 1 to ${MAX_CASES} cases, each with name, start, frames and expect.`);
    return undefined;
  }
  const cases = list.items.map((item) => readCase(item, source, problems)).filter((read) => read !== undefined);
  return readOf && { device: readOf, cases };
}

function readCase(node: YamlNode, source: string, problems: ProblemList): RuleCase | undefined {
  const fields = mappingFields(node, ['name', 'start', 'every', 'frames', 'expect'], 'A case', source, problems);
  if (fields === undefined) return undefined;
  const [name, start, frames, expect] = [
    required(fields, 'name', node, 'This case has no name; add name: with what happens in it.', problems),
    required(fields, 'start', node, 'This case has no start; add start: with the time of its first frame, such as 2026-01-15T22:30:00Z.', problems),
    required(fields, 'frames', node, 'This case has no frames; add frames: with a list of what is seen.', problems),
    required(fields, 'expect', node, 'This case does not say what is expected; add expect: never, every frame, or when the first match is.', problems),
  ];
  const nameText = name && textOf(name, 'The name of the case', 'name: somebody walks by', problems);
  const startAt = start && readStart(start, problems);
  const every = fields.get('every');
  const everyText = every && textOf(every.value, 'The time between two frames', 'every: 500 ms', problems);
  const everyMs = everyText === undefined ? DEFAULT_EVERY_MS : readDuration(everyText, problems);
  if (everyText !== undefined && everyMs === 0) problems.add('duration_malformed', startOf(everyText), 'Two frames are not taken at once; write such as every: 500 ms.');
  const stretches = frames && everyMs ? readStretches(frames, everyMs, source, problems) : undefined;
  const expected = expect && readExpectation(expect, source, problems);
  return nameText && startAt && everyMs && stretches && expected ? { name: nameText.text.trim(), start: startAt, everyMs, stretches, expected } : undefined;
}

function readStart(node: YamlNode, problems: ProblemList): Instant | undefined {
  const text = textOf(node, 'The time of the first frame', 'start: 2026-01-15T22:30:00Z', problems);
  if (text === undefined) return undefined;
  try {
    return parseInstant(text.text.trim());
  } catch {
    problems.add('value_malformed', startOf(text), `${quoted(text.text)} is no moment; write it with its zone, such as 2026-01-15T22:30:00Z or 2026-01-15T23:30:00+01:00.`);
    return undefined;
  }
}
