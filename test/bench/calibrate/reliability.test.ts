import { describe, expect, it } from 'vitest';
import { fitIsotonic } from '../../../bench/calibrate/isotonic.ts';
import { foldsOf } from '../../../bench/calibrate/pairs.ts';
import { reliabilityPlot } from '../../../bench/calibrate/plot.ts';
import { reliabilityOf } from '../../../bench/calibrate/reliability.ts';

const said = (probability: number, right: number, wrong: number) =>
  [...Array.from({ length: right }, () => ({ probability, right: true })), ...Array.from({ length: wrong }, () => ({ probability, right: false }))];

describe('reliability', () => {
  it('has no error where eight in ten things said at 0.8 are there', () => {
    expect(reliabilityOf([...said(0.8, 8, 2), ...said(0.25, 1, 3)]).error).toBeCloseTo(0);
  });

  it('counts each gap by how often it was said', () => {
    const { error, bins, count } = reliabilityOf([...said(0.9, 5, 5), ...said(0.5, 15, 15)]);
    expect(error).toBeCloseTo(0.1);
    expect(count).toBe(40);
    expect(bins).toMatchObject([{ count: 30 }, { count: 10 }]);
    expect(bins[1]!.said).toBeCloseTo(0.9);
    expect(bins[1]!.was).toBeCloseTo(0.5);
  });

  it('tells a sure right answer from an unsure one, which the error alone does not', () => {
    const [sure, unsure] = [reliabilityOf([...said(1, 5, 0), ...said(0, 0, 5)]), reliabilityOf(said(0.5, 5, 5))];
    expect([sure.error, unsure.error]).toEqual([0, 0]);
    expect(sure.brier).toBeLessThan(unsure.brier);
    expect(sure.logLoss).toBeLessThan(unsure.logLoss);
  });
});

describe('the isotonic curve', () => {
  it('never falls, and takes together what is out of order', () => {
    const curve = fitIsotonic([[0.1, false], [0.2, true], [0.3, false], [0.4, true], [0.5, true]].map(([score, right]) => ({ score: score as number, right: right as boolean })));
    const values = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.9].map(curve);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(curve(0.2)).toBe(curve(0.3));
    expect(curve(0.9)).toBeLessThan(1);
  });
});

describe('folds', () => {
  it('keep a scene together', () => {
    const pairs = ['b', 'a', 'b', 'c', 'a', 'd'].map((scene) => ({ score: 0.5, right: true, group: 'person' as const, scene }));
    expect(foldsOf(pairs, 2)).toEqual([1, 0, 1, 0, 0, 1]);
  });
});

describe('the plot', () => {
  it('is an SVG with a dot for every bin of every series', () => {
    const svg = reliabilityPlot('model 1', [{ name: 'score', colour: '#c00', bins: reliabilityOf([...said(0.9, 1, 1), ...said(0.2, 1, 9)]).bins }]);
    expect(svg).toMatch(/^<svg [^>]+>/);
    // Two bins and one in the legend.
    expect(svg.match(/<circle/g)).toHaveLength(3);
  });
});
