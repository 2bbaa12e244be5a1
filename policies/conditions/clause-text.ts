/** What conditions ask, in words, as verdicts show them. */
import { durationText } from '../language/read-duration.ts';
import type { Objects } from '../model.ts';
import { percentText } from '../probability.ts';

/** `at least 2 of car, truck with probability >= 50% in yard, at least 10 s`; `zones`: the node's own, or those of the assignment. */
export function objectsText(node: Objects, zones: readonly string[]): string {
  const parts = [
    numberText(node), selectorsText(node), node.except.length === 0 ? '' : ` except ${node.except.join(', ')}`,
    zones.length === 0 ? '' : ` in ${zones.join(' or ')}`, node.outside.length === 0 ? '' : ` outside ${node.outside.join(' and ')}`,
    sizeText(node), MOTION_TEXT[node.motion], node.dwellMs === 0 ? '' : `, at least ${durationText(node.dwellMs)}`,
  ];
  return parts.join('');
}

const MOTION_TEXT = { any: '', arrival: ', arrived', departure: ', left' } as const satisfies Record<Objects['motion'], string>;

function numberText({ atLeast, atMost }: Objects): string {
  if (atMost === null) return atLeast === 1 ? '' : `at least ${atLeast} of `;
  if (atMost === 0) return 'no ';
  if (atLeast === atMost) return `exactly ${atLeast} of `;
  return atLeast === 0 ? `at most ${atMost} of ` : `${atLeast} to ${atMost} of `;
}

/** Classes with one threshold are told together. */
function selectorsText({ select }: Objects): string {
  const byLimit = new Map<string, string[]>();
  for (const { name, comparison, threshold } of select) {
    const limit = `${comparison} ${percentText(threshold)}`;
    byLimit.set(limit, [...(byLimit.get(limit) ?? []), name]);
  }
  return [...byLimit].map(([limit, names]) => `${names.join(', ')} with probability ${limit}`).join(' or ');
}

function sizeText({ minSize, maxSize }: Objects): string {
  if (minSize !== null && maxSize !== null) return ` of ${percentText(minSize)} to ${percentText(maxSize)} of the picture`;
  if (minSize !== null) return ` of at least ${percentText(minSize)} of the picture`;
  return maxSize === null ? '' : ` of at most ${percentText(maxSize)} of the picture`;
}
