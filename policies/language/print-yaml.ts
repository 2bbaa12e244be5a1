/** The canonical YAML of a rule: what `readRule` reads back into an equal rule, for every rule that the model can hold. */
import { Document, isScalar, visit } from 'yaml';
import type { AllOf, Condition, Frames, Rule } from '../model.ts';
import { USUAL } from './modifiers.ts';
import { printCondition } from './print-condition.ts';
import type { PlainValue } from './print-condition.ts';
import { framesText } from './read-frames.ts';
import { windowsValue } from './window-text.ts';

/** A list that is not longer stands in one line. */
const LINE_CHARACTERS = 100;

export function printYaml({ ruleId, name, severity, condition }: Rule): string {
  const { unsafe, seen, clock, expression } = beside(condition);
  const value: Record<string, PlainValue> = {
    // Other readers take such an id for a number and write it back as it was; 007 they would not.
    rule: /^(?:0|[1-9]\d{0,14})$/.test(ruleId) ? Number(ruleId) : ruleId,
    ...(name === null ? {} : { name }),
    ...(severity === null ? {} : { severity }),
    unsafe: printCondition(unsafe, USUAL),
    ...(clock === undefined ? {} : { during: windowsValue(clock.windows) }),
    ...(seen === undefined ? {} : { seen: framesText(seen) }),
    ...(expression === undefined ? {} : { when: expression }),
  };
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, { Seq: (_key, list) => { list.flow = fitsOneLine(list.items); } });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** What stands beside `unsafe` is an all-of of exactly this shape, or frames at the root. */
function beside(root: Condition): { unsafe: Condition; seen?: Frames; clock?: Extract<Condition, { kind: 'during' }>; expression?: string } {
  const [unsafe = root, ...rest] = root.kind === 'all-of' && isShort(root) ? root.children : [root];
  const clock = rest.find((part) => part.kind === 'during');
  const expression = rest.find((part) => part.kind === 'when')?.expression;
  return {
    ...(unsafe.kind === 'frames' ? { unsafe: unsafe.child, seen: unsafe } : { unsafe }),
    ...(clock === undefined ? {} : { clock }),
    ...(expression === undefined ? {} : { expression }),
  };
}

function isShort({ children: [, ...rest] }: AllOf): boolean {
  return ['during', 'when', 'during when'].includes(rest.map(({ kind }) => kind).join(' '));
}

function fitsOneLine(items: readonly unknown[]): boolean {
  const texts = items.map((item) => (isScalar(item) ? String(item.value) : undefined));
  const plain = texts.every((text) => text !== undefined && !/[,:[\]{}"'\n]/.test(text));
  return plain && texts.join(', ').length <= LINE_CHARACTERS;
}

