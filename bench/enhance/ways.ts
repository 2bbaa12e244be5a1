/** Ways to make a dark or grainy picture easier to see into, by what sharp offers. */
import { sharp } from '../../adapters/images/sharp.ts';

type Picture = ReturnType<typeof sharp>;

export interface Way {
  readonly name: string;
  readonly apply: (picture: Picture) => Picture;
}

export const WAYS: readonly Way[] = [
  { name: 'as it is', apply: (picture) => picture },
  { name: 'stretched from its darkest to its brightest', apply: (picture) => picture.normalise({ lower: 1, upper: 99 }) },
  { name: 'gamma 2', apply: (picture) => picture.gamma(2, 1) },
  { name: 'stretched, gamma 1.5', apply: (picture) => picture.normalise({ lower: 1, upper: 99 }).gamma(1.5, 1) },
  { name: 'equalised by tiles (CLAHE, slope 3)', apply: (picture) => picture.clahe({ width: 64, height: 64, maxSlope: 3 }) },
  { name: 'median of 3', apply: (picture) => picture.median(3) },
  { name: 'median of 3, stretched', apply: (picture) => picture.median(3).normalise({ lower: 1, upper: 99 }) },
  { name: 'blurred, stretched', apply: (picture) => picture.blur(0.8).normalise({ lower: 1, upper: 99 }) },
];
