/** Probabilities as rules write them: percent for people, 0..1 in the model, and never a digit changed on the way. */

/** Finer than this says nothing about a calibrated probability, and six decimals survive every conversion here. */
export const MAX_DECIMALS = 6;

export const hasFewDecimals = (probability: number): boolean => Math.round(probability * 10 ** MAX_DECIMALS) / 10 ** MAX_DECIMALS === probability;

/** Moves the decimal point in the text: dividing by a hundred would make 0.8009999999999999 of 80.1. */
export const fromPercent = (digits: string): number => Number(`${digits}e-2`);

/** `80.5%` for 0.805. */
export const percentText = (probability: number): string => `${Number(`${probability}e2`)}%`;
