/**
 * One front in the making: rows are added in lexicographic order, so that the first objective need not be looked at.
 */

export interface Front {
  /** Whether a row of this front dominates the i-th; rows are different and come in lexicographic order. */
  covers(i: number): boolean;
  add(i: number): void;
}

/** Room that a staircase begins with. */
const FEW = 16;

/** @param sorted  different rows in lexicographic order, shape (·, m); equal ones are not to be added */
export function frontOf(sorted: Float64Array, m: number): Front {
  return m <= 2 ? least(sorted, m) : m === 3 ? staircase(sorted) : list(sorted, m);
}

/** In two objectives the least second one decides. In one, whatever comes later is dominated. */
function least(sorted: Float64Array, m: number): Front {
  let lowest = Number.POSITIVE_INFINITY;
  let isEmpty = true;
  return {
    covers: (i) => !isEmpty && lowest <= sorted[i * m + m - 1],
    add(i) {
      lowest = Math.min(lowest, sorted[i * m + m - 1]);
      isEmpty = false;
    },
  };
}

/**
 * In three objectives: the steps that the second and third make, by ascending second and so descending third.
 *
 * @see Kung et al. 1975, "On finding the maxima of a set of vectors", §3
 */
function staircase(sorted: Float64Array): Front {
  let seconds: Float64Array = new Float64Array(FEW);
  let thirds: Float64Array = new Float64Array(FEW);
  let count = 0;
  /** The first step whose second objective is above `value`. */
  const after = (value: number) => {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (seconds[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    covers(i) {
      const place = after(sorted[3 * i + 1]);
      return place > 0 && thirds[place - 1] <= sorted[3 * i + 2];
    },
    add(i) {
      const [second, third] = [sorted[3 * i + 1], sorted[3 * i + 2]];
      const place = after(second);
      if (place > 0 && thirds[place - 1] <= third) return;
      // steps that are nowhere lower any more make room
      const from = place > 0 && seconds[place - 1] === second ? place - 1 : place;
      let to = place;
      while (to < count && thirds[to] >= third) to++;
      if (from === to && count === seconds.length) {
        seconds = doubled(seconds);
        thirds = doubled(thirds);
      }
      seconds.copyWithin(from + 1, to, count);
      thirds.copyWithin(from + 1, to, count);
      seconds[from] = second;
      thirds[from] = third;
      count += 1 - (to - from);
    },
  };
}

function doubled(values: Float64Array): Float64Array {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}

/** In more objectives: all rows, the latest first, as they are nearest. */
function list(sorted: Float64Array, m: number): Front {
  const rows: number[] = [];
  return {
    covers(i) {
      for (let at = rows.length - 1; at >= 0; at--) {
        const row = rows[at];
        let k = 1;
        while (k < m && sorted[row + k] <= sorted[i * m + k]) k++;
        if (k === m) return true;
      }
      return false;
    },
    add(i) {
      rows.push(i * m);
    },
  };
}
