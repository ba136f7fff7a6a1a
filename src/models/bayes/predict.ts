/**
 * Predictions of naive Bayes.
 */
import type { DesignMatrix } from "../design-matrix.ts";
import { softmaxRows } from "../softmax.ts";
import type { Stored } from "../stored.ts";

/**
 * Probabilities: the logarithm of a class's likelihood is a sum of parabolas, one for each column.
 *
 * @param model  arrays `centres`, shape (columns), from which the parabolas are drawn; `squares` and `slopes`, shape
 *               (classes, columns); `constants`, shape (classes)
 * @param x      no NaN
 * @returns      shape (rows, classes), row-major
 */
export function predictBayes({ arrays }: Stored, { rows, columns, values }: DesignMatrix): Float64Array {
  const { centres, squares, slopes, constants } = arrays;
  const classes = constants.length;
  const out = new Float64Array(rows * classes);
  for (let r = 0; r < rows; r++) out.set(constants, r * classes);
  for (let k = 0; k < classes; k++) {
    for (let c = 0; c < columns; c++) {
      const square = squares[k * columns + c];
      const slope = slopes[k * columns + c];
      if (square === 0 && slope === 0) continue;
      for (let r = 0; r < rows; r++) {
        const away = values[c * rows + r] - centres[c];
        out[r * classes + k] += (square * away + slope) * away;
      }
    }
  }
  softmaxRows(out, classes);
  return out;
}
