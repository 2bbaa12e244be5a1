import { expect, it } from 'vitest';
import { boxText } from '../../contracts/detection.ts';

it.each([[0.8, 'person 80 %'], [0.8799, 'person 87 %'], [0.29, 'person 29 %'], [1, 'person 100 %'], [0, 'person 0 %']])('the label of a box at %d is %s', (probability, text) => {
  expect(boxText({ label: 'person', probability })).toBe(text);
});
