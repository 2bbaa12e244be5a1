/** An `objects` condition in a few words, for messages. */
import type { Objects } from '../model.ts';
import { percentText } from '../probability.ts';

/** Messages stay readable; who wrote twenty classes knows them. */
const MAX_NAMES = 3;

export function objectWords(node: Objects): string {
  const limits = [
    ...(node.zones.length === 0 ? [] : [`in ${listed(node.zones)}`]),
    ...(node.outside.length === 0 ? [] : [`outside ${listed(node.outside)}`]),
    ...(node.motion === 'any' ? [] : [`that ${node.motion === 'arrival' ? 'arrives' : 'leaves'}`]),
  ];
  const names = listed(node.select.map(({ name, comparison, threshold }) => `${name} ${comparison} ${percentText(threshold)}`));
  return [countWords(node), names, ...limits].join(' ');
}

export const listed = (names: readonly string[]): string => {
  const rest = names.length - MAX_NAMES;
  return rest > 0 ? `${names.slice(0, MAX_NAMES).join(', ')} and ${rest} more` : names.join(', ');
};

/** Of a list that may have been cut short. */
export const listedSome = (names: readonly string[]): string => (names.length > MAX_NAMES ? `${names.slice(0, MAX_NAMES).join(', ')} and others` : names.join(', '));

function countWords({ atLeast, atMost }: Objects): string {
  if (atMost === null) return `at least ${atLeast}`;
  if (atMost === 0) return 'no';
  return atLeast === 0 ? `at most ${atMost}` : `${atLeast} to ${atMost}`;
}
