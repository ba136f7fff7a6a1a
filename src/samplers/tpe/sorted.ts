/**
 * Places of points in the order of one of their coordinates, kept in typed arrays that grow: an ask walks through
 * all of them, so it must not chase pointers.
 */

export interface Sorted {
  /** Places, the first `size` of them valid, … */
  places: Int32Array;
  /** … and their coordinates, ascending. */
  values: Float64Array;
  size: number;
}

const FIRST = 64;

/** No places yet, with room for so many. */
export function sortedNothing(room = FIRST): Sorted {
  return { places: new Int32Array(room), values: new Float64Array(room), size: 0 };
}

/** Inserts after all those of the same value. */
export function insertSorted(sorted: Sorted, place: number, value: number): void {
  if (sorted.size === sorted.places.length) {
    sorted.places = grown(sorted.places, new Int32Array(2 * sorted.size));
    sorted.values = grown(sorted.values, new Float64Array(2 * sorted.size));
  }
  const { places, values, size } = sorted;
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  places.copyWithin(low + 1, low, size);
  values.copyWithin(low + 1, low, size);
  places[low] = place;
  values[low] = value;
  sorted.size++;
}

/** Another one of the same contents. */
export function copySorted({ places, values, size }: Sorted): Sorted {
  return { places: places.slice(), values: values.slice(), size };
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
