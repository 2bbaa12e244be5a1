/** Whether what is looked at again and again grows. Pure. */

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of the last third against that of the middle one, as a share: 0.1 is a tenth more. The first third is for what every process takes once. */
export function growthOf(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  if (third === 0) return 0;
  const middle = mean(values.slice(third, 2 * third));
  return middle === 0 ? 0 : mean(values.slice(-third)) / middle - 1;
}
