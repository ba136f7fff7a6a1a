/**
 * Which classes are taken for which.
 */

export interface Confusion {
  /** Weight of the rows of class i that were taken for j, shape (classes, classes), row-major. */
  readonly counts: Float64Array;
  /** Of each class, shape (classes); NaN where nothing was taken for it, or nothing is of it. */
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
}

/**
 * @param y        classes of rows, shape (rows)
 * @param guesses  what they were taken for, shape (rows)
 * @param weights  of rows, shape (rows); absent: all 1
 */
export function confusionMatrix(
  y: ArrayLike<number>,
  guesses: ArrayLike<number>,
  classes: number,
  weights?: ArrayLike<number>,
): Confusion {
  const counts = new Float64Array(classes * classes);
  for (let r = 0; r < y.length; r++) counts[y[r] * classes + guesses[r]] += weights?.[r] ?? 1;
  const [precision, recall, f1] = [0, 1, 2].map(() => new Float64Array(classes));
  for (let k = 0; k < classes; k++) {
    const right = counts[k * classes + k];
    let taken = 0;
    let true_ = 0;
    for (let other = 0; other < classes; other++) {
      taken += counts[other * classes + k];
      true_ += counts[k * classes + other];
    }
    precision[k] = right / taken;
    recall[k] = right / true_;
    f1[k] = (2 * right) / (taken + true_);
  }
  return { counts, precision, recall, f1 };
}
