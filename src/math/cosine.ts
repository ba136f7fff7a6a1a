/**
 * Cosines with the same bits on every engine.
 */

/** cos(2πx), within 1e-10 for x of moderate size. */
export function cosineOfTurns(x: number): number {
  const part = x - Math.floor(x);
  return cosineOfHalfTurn(part < 0.5 ? 2 * part : 2 - 2 * part);
}

/** cos(πx) on [0, 1], within 1e-10: a series around the middle. */
export function cosineOfHalfTurn(x: number): number {
  const angle = (0.5 - x) * Math.PI; // cos(πx) = sin(π/2 − πx)
  const square = angle * angle;
  let [term, sum] = [angle, angle];
  for (let n = 1; n <= 9; n++) {
    term *= -square / (2 * n * (2 * n + 1));
    sum += term;
  }
  return sum;
}
