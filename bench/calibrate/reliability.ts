/** How far probabilities mean what they say: of all things said at 0.8, eight in ten should be there. Pure. */

export interface Said {
  readonly probability: number;
  readonly right: boolean;
}

export interface Bin {
  /** Means over the bin, 0..1. */
  readonly said: number;
  readonly was: number;
  readonly count: number;
}

export interface Reliability {
  readonly count: number;
  /** Expected calibration error: the mean gap between said and was, by how much was said in each bin (Naeini et al. 2015). */
  readonly error: number;
  /** Mean square of the gap of each single one (Brier 1950): lower for those that also tell right from wrong. */
  readonly brier: number;
  /** Mean surprise, in nats. */
  readonly logLoss: number;
  readonly bins: readonly Bin[];
}

const BINS = 10;
const LEAST = 1e-6;

export function reliabilityOf(all: readonly Said[]): Reliability {
  const mean = (of: readonly Said[], value: (said: Said) => number): number => (of.length === 0 ? 0 : of.reduce((sum, said) => sum + value(said), 0) / of.length);
  const bins = Array.from({ length: BINS }, (_, bin) => all.filter(({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)) === bin))
    .filter((within) => within.length > 0)
    .map((within): Bin => ({ said: mean(within, ({ probability }) => probability), was: mean(within, ({ right }) => Number(right)), count: within.length }));
  return {
    count: all.length,
    error: bins.reduce((sum, { said, was, count }) => sum + (count / all.length) * Math.abs(said - was), 0),
    brier: mean(all, ({ probability, right }) => (probability - Number(right)) ** 2),
    logLoss: mean(all, ({ probability, right }) => -Math.log(Math.max(LEAST, right ? probability : 1 - probability))),
    bins,
  };
}
