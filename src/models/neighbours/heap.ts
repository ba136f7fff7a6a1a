/**
 * The nearest points that were found so far: a heap, the farthest of them first.
 */
export class NearestHeap {
  /** Places of the points, shape (k); filled up to `found`. */
  readonly places: Int32Array;
  /** Their distances (squared, where the search squares them). */
  readonly distances: Float64Array;
  found = 0;

  /** @param k  how many are kept, at least 1 */
  constructor(k: number) {
    this.places = new Int32Array(k);
    this.distances = new Float64Array(k);
  }

  /** Points at this distance or beyond it are none of the nearest. */
  get limit(): number {
    return this.found < this.places.length ? Number.POSITIVE_INFINITY : this.distances[0];
  }

  /** Keeps a point that is nearer than `limit`, in place of the farthest where all places are taken. */
  keep(place: number, distance: number): void {
    const { places, distances } = this;
    const k = places.length;
    let at = 0;
    if (this.found < k) {
      at = this.found++;
      for (let parent = (at - 1) >> 1; at > 0 && distances[parent] < distance; parent = (at - 1) >> 1) {
        distances[at] = distances[parent];
        places[at] = places[parent];
        at = parent;
      }
    } else {
      for (let child = 1; child < k; child = 2 * at + 1) {
        if (child + 1 < k && distances[child + 1] > distances[child]) child++;
        if (distances[child] <= distance) break;
        distances[at] = distances[child];
        places[at] = places[child];
        at = child;
      }
    }
    distances[at] = distance;
    places[at] = place;
  }
}
