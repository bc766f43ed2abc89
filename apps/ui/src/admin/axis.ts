/** A round number at or above the highest bar, so that the axis reads 0, half, whole. */
export function axisMaximum(highest: number): number {
  if (highest <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 2, 4, 6, 8].find((step) => step * power >= highest) ?? 10) * power;
}
