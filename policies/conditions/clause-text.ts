/** What conditions ask, in words, as verdicts show them. */
import type { Objects, Window } from '../model.ts';
import { percentText } from '../probability.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export const durationText = (ms: number): string => (ms >= 120_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`);

/** `Mon, Tue 22:00-06:00`. */
export const windowText = ({ days, from, to }: Window): string =>
  `${days.length === 7 ? 'every day' : days.map((day) => DAYS[day - 1]).join(', ')} ${clockText(from)}-${clockText(to)}`;

const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

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
