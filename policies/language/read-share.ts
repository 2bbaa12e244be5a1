/** Numbers between nothing and all of something, as rules write them: `80%`, `80.5 %`, `0.8`. */
import { fromPercent, hasFewDecimals } from '../probability.ts';

/** What is wrong with one that is none. */
export type ShareFault = 'ambiguous' | 'out-of-range' | 'too-fine';

/** Without a %, a number below 1 is a fraction and a number above 1 is percent; exactly 1 could be either. */
export function shareOf(digits: string, isPercent: boolean): number | ShareFault {
  const number = Number(digits);
  if (!isPercent && number === 1) return 'ambiguous';
  const share = isPercent || number > 1 ? fromPercent(digits) : number;
  if (share > 1) return 'out-of-range';
  return hasFewDecimals(share) ? share : 'too-fine';
}
