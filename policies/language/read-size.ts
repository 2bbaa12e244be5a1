/** How large the box of an object is, as a share of the picture: `1% - 50%`, `at least 1%`, `at most 50%`. */
import { MAX_DECIMALS, percentText } from '../probability.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { shareOf } from './read-share.ts';
import type { ShareFault } from './read-share.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

export interface SizeLimits {
  readonly minSize: number | null;
  readonly maxSize: number | null;
}

const SHARE = String.raw`(\d+(?:\.\d+)?|\.\d+)\s*(%?)`;
const RANGE = new RegExp(String.raw`^\s*${SHARE}\s*(?:-|–|to)\s*${SHARE}\s*$`, 'i');
const BOUND = new RegExp(String.raw`^\s*(at\s+least|at\s+most|>=|<=|≥|≤)\s*${SHARE}\s*$`, 'i');

const FAULTS: Readonly<Record<ShareFault, string>> = {
  ambiguous: '1 may be 1% or 100%; write the % sign.',
  'out-of-range': 'No box is larger than the picture; write at most 100%.',
  'too-fine': `Write at most ${MAX_DECIMALS - 2} decimals of a percent; no box is measured finer.`,
};

/** Undefined when something is wrong, which then stands in `problems`. */
export function readSize(part: Span, problems: ProblemList): SizeLimits | undefined {
  const refuse = (message: string): undefined => problems.add('size_malformed', startOf(part), message) as undefined;
  const share = (digits: string, percentSign: string): number | undefined => {
    const found = shareOf(digits, percentSign === '%');
    return typeof found === 'number' ? found : refuse(FAULTS[found]);
  };
  const [, word, digits = '', percentSign = ''] = BOUND.exec(part.text) ?? [];
  if (word !== undefined) {
    const bound = share(digits, percentSign);
    if (bound === undefined) return undefined;
    return /^(?:at\s+least|>=|≥)$/i.test(word) ? { minSize: bound, maxSize: null } : { minSize: null, maxSize: bound };
  }
  const [whole, from = '', fromSign = '', to = '', toSign = ''] = RANGE.exec(part.text) ?? [];
  if (whole === undefined) return refuse(`${quoted(part.text)} is no size of a box; write 1% - 50%, at least 1% or at most 50% of the picture.`);
  const minSize = share(from, fromSign);
  const maxSize = share(to, toSign);
  if (minSize === undefined || maxSize === undefined) return undefined;
  return minSize > maxSize ? refuse(`The smaller size comes first; did you mean ${sizeText({ minSize: maxSize, maxSize: minSize })}?`) : { minSize, maxSize };
}

export function sizeText({ minSize, maxSize }: SizeLimits): string {
  if (minSize === null) return `at most ${percentText(maxSize ?? 1)}`;
  return maxSize === null ? `at least ${percentText(minSize)}` : `${percentText(minSize)} - ${percentText(maxSize)}`;
}
