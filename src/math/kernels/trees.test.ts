import { expect, test } from "vitest";
import { rng } from "../../random.ts";
import { createTreeKernels, type TreeKernels, withTreeKernels } from "./trees.ts";

const both = () => [createTreeKernels(), createTreeKernels({ plain: true })] as const;
/** What a piece of work leaves in the memory of the compiled kernels, and of the plain ones. */
const results = <T>(work: (kernels: TreeKernels) => T) => both().map(work);

test("this machine runs the compiled form", () => {
  expect(createTreeKernels().compiled).toBe(true);
});

test("room grows, and what was there stays", () => {
  for (const kernels of both()) {
    const place = kernels.reserve(8);
    kernels.views.doubles[place >> 3] = 42;
    const more = kernels.reserve(1 << 20);
    kernels.views.bytes[more + (1 << 20) - 1] = 1;
    expect(kernels.views.doubles[place >> 3]).toBe(42);
    expect(more % 16).toBe(0);
  }
});

test("whoever asks while kernels are lent gets others", () => {
  withTreeKernels((outer) => {
    withTreeKernels((inner) => expect(inner === outer).toBe(false));
  });
});

test("floats are sorted, negative and infinite ones too", () => {
  for (const n of [0, 1, 2, 1000, 5000]) {
    const stream = rng(n, "sort");
    const values = Float32Array.from({ length: n }, () => stream.normal() * 10 ** (stream.integer(60) - 30));
    if (n > 10) values.set([Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY], 5);
    const [a, b] = results((kernels) => {
      const at = kernels.reserve(4 * n);
      const work = kernels.reserve(4 * n + 24576);
      kernels.views.floats.set(values, at >> 2);
      kernels.sortFloats(n, at, work);
      return kernels.views.floats.slice(at >> 2, (at >> 2) + n);
    });
    expect(a).toEqual(values.slice().sort());
    expect(a).toEqual(b);
  }
});

test("a value's bin is the number of edges below it", () => {
  for (const count of [0, 1, 2, 3, 7, 100, 253]) {
    const stream = rng(count, "bins");
    const edges = Float32Array.from({ length: count }, () => stream.normal()).sort();
    const values = Float32Array.from({ length: 200 }, (_, i) =>
      i === 7 ? Number.NaN : i < count ? edges[i] : stream.normal(),
    );
    let step = 1;
    while (2 * step - 1 < count) step *= 2;
    const found = results((kernels) => {
      const at = kernels.reserve(800);
      const edgesAt = kernels.reserve(1024);
      const out = kernels.reserve(600);
      kernels.views.floats.set(values, at >> 2);
      kernels.views.floats.fill(Number.POSITIVE_INFINITY, edgesAt >> 2, (edgesAt >> 2) + 256);
      kernels.views.floats.set(edges, edgesAt >> 2);
      kernels.binColumn(200, at, edgesAt, step, 255, out, 3);
      return Array.from(values, (_, i) => kernels.views.bytes[out + 3 * i]);
    });
    const expected = Array.from(values, (v) => (Number.isNaN(v) ? 255 : edges.filter((e) => e < v).length));
    expect(found).toEqual([expected, expected]);
  }
});

/** Rows of three columns of bins, the last with missing ones, and pairs; half of the rows in a node. */
function node(kernels: TreeKernels, seed: number, classes = 0) {
  const stream = rng(seed, "node");
  const n = 40 + stream.integer(300);
  const used = Math.max(2, stream.integer(n));
  const places = {
    bins: kernels.reserve(3 * n),
    pairs: kernels.reserve(8 * n),
    rows: kernels.reserve(4 * n),
    work: kernels.reserve(4 * n),
    ranks: kernels.reserve(256),
    sorted: kernels.reserve(n),
    sortedPairs: kernels.reserve(8 * n),
    counts: kernels.reserve(1024),
    sums: kernels.reserve(24 * Math.max(1, classes)),
    out: kernels.reserve(64),
  };
  const { bytes, integers, floats } = kernels.views;
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < 3; c++) bytes[places.bins + 3 * r + c] = stream.integer(c === 2 ? 9 : 8);
    floats[(places.pairs >> 2) + 2 * r] = classes > 0 ? stream.integer(classes) : stream.normal();
    floats[(places.pairs >> 2) + 2 * r + 1] = stream.integer(3) + 0.5;
    integers[(places.rows >> 2) + r] = (r * 7) % n;
  }
  for (let b = 0; b < 256; b++) bytes[places.ranks + b] = b;
  return { ...places, n, used };
}

const outOf = (kernels: TreeKernels, out: number, count: number) => [
  ...kernels.views.doubles.slice(out >> 3, (out >> 3) + count),
];

test("histograms and the cut that is found in them: the same bits", () => {
  for (let seed = 0; seed < 40; seed++) {
    const [a, b] = results((kernels) => {
      const { bins, pairs, rows, used, out } = node(kernels, seed);
      const columns = kernels.reserve(24);
      const searched = kernels.reserve(48);
      const histogram = kernels.reserve(25 * 16);
      const other = kernels.reserve(25 * 16);
      const { integers, floats, doubles } = kernels.views;
      const offsets = [0, 128, 256];
      for (let c = 0; c < 3; c++) {
        integers.set([c, offsets[c]], (columns >> 2) + 2 * c);
        integers.set([offsets[c], 8, c === 2 ? 1 : 0, 0], (searched >> 2) + 4 * c);
      }
      for (let r = 0; r < used; r++) floats[(pairs >> 2) + 2 * r + 1] += 1;
      kernels.histogram(3, columns, rows, 0, used, pairs, bins, 3, histogram, 400);
      kernels.histogram(3, columns, rows, 0, used >> 1, pairs, bins, 3, other, 400);
      kernels.subtract(histogram, other, 400);
      let g = 0;
      let h = 0;
      for (let b = 0; b < 8; b++) {
        g += doubles[(histogram >> 3) + 2 * b];
        h += doubles[(histogram >> 3) + 2 * b + 1];
      }
      const cuts = [0, 0.4].map((l1) => {
        kernels.bestCut(3, searched, histogram, g, h, l1, 0.7, 2, 0, out);
        return outOf(kernels, out, 6);
      });
      return [[...doubles.slice(histogram >> 3, (histogram >> 3) + 50)], ...cuts];
    });
    expect(a).toEqual(b);
  }
});

test("a partition keeps the order on both sides", () => {
  const [a, b] = results((kernels) => {
    const { bins, rows, n, work, ranks: table } = node(kernels, 3);
    for (let b = 0; b < 256; b++) kernels.views.bytes[table + b] = b % 3 === 0 ? 1 : 0;
    const before = [...kernels.views.integers.slice((rows >> 2) + 5, (rows >> 2) + n)];
    const middle = kernels.partition(rows, 5, n, bins + 1, 3, table, work);
    const after = [...kernels.views.integers.slice((rows >> 2) + 5, (rows >> 2) + n)];
    const left = (row: number) => kernels.views.bytes[bins + 1 + 3 * row] % 3 === 0;
    expect(after).toEqual([...before.filter(left), ...before.filter((row) => !left(row))]);
    expect(middle).toBe(5 + before.filter(left).length);
    return after;
  });
  expect(a).toEqual(b);
});

test("logistic pairs and softmaxes: the same bits", () => {
  for (const n of [1, 2, 7, 64]) {
    const [a, b] = results((kernels) => {
      const stream = rng(n, "scores");
      const stride = n + (n & 1);
      const scores = kernels.reserve(8 * 3 * stride);
      const y = kernels.reserve(4 * stride);
      const weights = kernels.reserve(4 * stride);
      const out = kernels.reserve(4 * 3 * stride);
      const { floats, doubles } = kernels.views;
      for (let i = 0; i < 3 * stride; i++)
        doubles[(scores >> 3) + i] = stream.normal() * (i % 5 === 0 ? 300 : 2);
      for (let i = 0; i < stride; i++) {
        floats[(y >> 2) + i] = stream.integer(2);
        floats[(weights >> 2) + i] = stream.uniform();
      }
      const found = [0, weights].map((at) => {
        kernels.logisticGradients(n, scores, y, at, out);
        return [...floats.slice(out >> 2, (out >> 2) + 2 * n)];
      });
      kernels.softmaxes(n, 3, stride, scores, out);
      for (let i = 0; i < n; i++) {
        const p = [0, 1, 2].map((k) => floats[(out >> 2) + k * stride + i]);
        expect(p[0] + p[1] + p[2]).toBeCloseTo(1, 6);
        found.push(p);
      }
      return found;
    });
    expect(a).toEqual(b);
  }
});

test("the cuts of forests: the same bits, and the best of all", () => {
  for (let seed = 0; seed < 60; seed++)
    for (const classes of [0, 2, 5]) {
      const [a, b] = results((kernels) => {
        const { bins, pairs, rows, used, ranks, sorted, sortedPairs, counts, sums, out } = node(
          kernels,
          seed,
          classes,
        );
        const missing = seed % 3 === 0 ? 8 : -1;
        const at = bins + (missing < 0 ? 0 : 2);
        kernels.sortByRank(rows, 0, used, at, 3, ranks, pairs, sorted, sortedPairs, counts);
        if (classes > 0) kernels.walkClasses(used, sorted, sortedPairs, missing, classes, 1.5, 0, sums, out);
        else kernels.walkSums(used, sorted, sortedPairs, missing, 1.5, 0, out);
        const walked = outOf(kernels, out, 3);
        kernels.rankRange(rows, 0, used, at, 3, ranks, missing, out);
        const found: number[][] = [walked, outOf(kernels, out, 3)];
        let most = 0;
        for (let cut = 0; cut < 8; cut++) {
          if (classes > 0)
            kernels.cutClasses(rows, 0, used, at, 3, ranks, missing, cut, pairs, classes, 1.5, 0, sums, out);
          else kernels.cutSums(rows, 0, used, at, 3, ranks, missing, cut, pairs, 1.5, 0, out);
          found.push(outOf(kernels, out, 3));
          most = Math.max(most, found[found.length - 1][0]);
        }
        expect(walked[0]).toBeCloseTo(most, 8);
        return found;
      });
      expect(a).toEqual(b);
    }
});
