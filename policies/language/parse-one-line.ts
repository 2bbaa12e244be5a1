/**
 * The one-line form of a rule, read into the model:
 *
 *     RuleID: 100 | Unsafe Class: Dog, Cat, Racoon | ALL with probability>80%
 *
 * "ALL" (or "ANY") says that the threshold holds for every listed class: any one of them above it is a match.
 * Case, spacing and a missing % are forgiven; all else that is wrong is named with its place and the mend. No text throws.
 */
import { isSafeId } from '../../contracts/ids.ts';
import { ANYTHING, anyOf, classAbove } from '../model.ts';
import type { Condition } from '../model.ts';
import { MAX_CONDITIONS, MAX_ONE_LINE_CHARACTERS } from './limits.ts';
import { readOneLineThreshold } from './one-line-threshold.ts';
import type { ClassMention, ParsedRule } from './parsed-rule.ts';
import { ProblemList, quoted } from './problems.ts';
import { readClassName } from './read-name.ts';
import { splitAt, startOf } from './span.ts';
import type { Span } from './span.ts';

const ID_HEADING = /\s*rule[\s_-]*id\s*[:=]?/iy;
const CLASS_HEADING = /\s*unsafe[\s_-]*class(?:es)?\s*[:=]?/iy;

export function parseOneLine(source: string): ParsedRule {
  const problems = new ProblemList(source);
  if (source.length > MAX_ONE_LINE_CHARACTERS) {
    problems.add('rule_too_long', MAX_ONE_LINE_CHARACTERS, `A rule has at most ${MAX_ONE_LINE_CHARACTERS} characters; this text has ${source.length}.`);
    return refused(source, problems);
  }
  if (source.trim() === '') {
    problems.add('rule_empty', 0, 'There is no rule here; write one such as RuleID: 100 | Unsafe Class: Dog | ALL with probability>80%.');
    return refused(source, problems);
  }
  const [idPart, classPart, thresholdPart, ...more] = splitAt('|', { text: source, offset: 0 });
  if (more[0] !== undefined) {
    problems.add('part_unexpected', more[0].offset - 1, 'A rule has three parts; take this | out, or put the next rule into a text of its own.');
  }
  const ruleId = idPart && readRuleId(idPart, problems);
  const mentions = classPart ? readClasses(classPart, problems) : [];
  const threshold = thresholdPart && readOneLineThreshold(thresholdPart, problems);
  if (thresholdPart === undefined) {
    const missing = classPart === undefined ? 'Unsafe Class: Dog, Cat | ALL with probability>80%' : 'ALL with probability>80%';
    problems.add('part_missing', source.trimEnd().length, `A rule has three parts with | between them; add | ${missing}.`);
  }
  if (problems.hasErrors || ruleId === undefined || threshold === undefined) return refused(source, problems, mentions);
  const classes = firstOfEach(mentions);
  // The rule around them is one condition more.
  if (classes.length >= MAX_CONDITIONS) {
    problems.add('rule_too_large', classes[MAX_CONDITIONS - 1]?.offset ?? 0, `A rule has fewer than ${MAX_CONDITIONS} classes, and this one has ${classes.length}; split it into several.`);
    return refused(source, problems, mentions);
  }
  const children = classes.map(({ label }) => classAbove(label, threshold.comparison, threshold.probability));
  const condition = anyOf(children);
  const places = new Map<Condition, number>(children.map((child, at) => [child, classes[at]?.offset ?? 0]));
  places.set(condition, classPart === undefined ? 0 : startOf(classPart));
  return { source, rule: Object.freeze({ ruleId, name: null, severity: null, condition }), mentions: ofClasses(mentions), places, problems: problems.toArray() };
}

function firstOfEach(mentions: readonly ClassMention[]): readonly ClassMention[] {
  const first = new Map<string, ClassMention>();
  for (const mention of mentions) if (!first.has(mention.label)) first.set(mention.label, mention);
  return [...first.values()];
}

/** No model has to know `anything`. */
const ofClasses = (mentions: readonly ClassMention[]): readonly ClassMention[] => mentions.filter(({ label }) => label !== ANYTHING);

const refused = (source: string, problems: ProblemList, mentions: readonly ClassMention[] = []): ParsedRule => ({
  source,
  rule: null,
  mentions: ofClasses(mentions),
  places: new Map(),
  problems: problems.toArray(),
});

function readRuleId(part: Span, problems: ProblemList): string | undefined {
  const id = afterHeading(part, ID_HEADING);
  if (id === undefined) {
    problems.add('heading_malformed', startOf(part), `The first part names the rule; write RuleID: 100 instead of ${quoted(part.text)}.`);
    return undefined;
  }
  const ruleId = id.text.trim();
  if (isSafeId(ruleId)) return ruleId;
  const found = ruleId === '' ? 'Nothing stands after RuleID:' : `${quoted(ruleId)} cannot be a rule id`;
  problems.add('id_unsafe', startOf(id), `${found}; use up to 64 letters, digits and . _ : @ - with a letter or digit first.`);
  return undefined;
}

function readClasses(part: Span, problems: ProblemList): readonly ClassMention[] {
  const list = afterHeading(part, CLASS_HEADING);
  if (list === undefined) {
    problems.add('heading_malformed', startOf(part), `The second part names the classes; write Unsafe Class: Dog, Cat instead of ${quoted(part.text)}.`);
    return [];
  }
  const firstWritten = new Map<string, string>();
  return splitAt(',', list).flatMap((item) => {
    const written = item.text.trim();
    const at = startOf(item);
    if (written === '') {
      problems.add('class_missing', at, 'A class is missing here; name one, or take the comma out.');
      return [];
    }
    const mention = readClassName(item, 'with commas between them', problems);
    if (mention === undefined) return [];
    const { label } = mention;
    const earlier = firstWritten.get(label);
    if (earlier === undefined) firstWritten.set(label, written);
    else problems.add('class_repeated', at, `${quoted(written)} is the same class as ${quoted(earlier)} before it; one of them is enough.`);
    return [mention];
  });
}

function afterHeading(part: Span, heading: RegExp): Span | undefined {
  heading.lastIndex = 0;
  const match = heading.exec(part.text);
  return match === null ? undefined : { text: part.text.slice(match[0].length), offset: part.offset + match[0].length };
}
