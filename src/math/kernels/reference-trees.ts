/**
 * The inner loops of decision trees in plain TypeScript: the fallback, and what the compiled ones are tested against.
 * Sums run in the order of assembly/trees.ts.
 */
import { exp } from "../elementary.ts";
import type { TreeFunctions, TreeViews } from "./trees.ts";

/** Functions on whatever `views` returns at the time of a call. */
export function treeReference(views: () => TreeViews): TreeFunctions {
  return {
    sortFloats(n, at) {
      views()
        .floats.subarray(at >> 2, (at >> 2) + n)
        .sort();
    },

    binColumn(n, values, edges, step, missing, out, width) {
      const { bytes, floats } = views();
      const v = values >> 2;
      const e = edges >> 2;
      for (let i = 0; i < n; i++) {
        const x = floats[v + i];
        let bin = 0;
        for (let s = step; s > 0; s >>= 1) if (x > floats[e + bin + s - 1]) bin += s;
        bytes[out + i * width] = Number.isNaN(x) ? missing : bin;
      }
    },

    histogram(count, columns, rows, from, to, pairs, bins, width, out, size) {
      const { bytes, integers, floats, doubles } = views();
      bytes.fill(0, out, out + size);
      const list = columns >> 2;
      const cells = out >> 3;
      for (let r = from; r < to; r++) {
        const row = integers[(rows >> 2) + r];
        const g = floats[(pairs >> 2) + 2 * row];
        const h = floats[(pairs >> 2) + 2 * row + 1];
        const b = bins + row * width;
        for (let c = 0; c < count; c++) {
          const at = cells + (integers[list + 2 * c + 1] >> 3) + 2 * bytes[b + integers[list + 2 * c]];
          doubles[at] += g;
          doubles[at + 1] += h;
        }
      }
    },

    subtract(from, other, size) {
      const { doubles } = views();
      for (let i = 0; i < size >> 3; i++) doubles[(from >> 3) + i] -= doubles[(other >> 3) + i];
    },

    bestCut(count, columns, histogram, g, h, l1, l2, smallest, floor, out) {
      const { integers, doubles } = views();
      // the best value so far as a quotient, so that most cuts cost no division
      let top = floor;
      let bottom = 1;
      let found = [-1, 0, 0, 0, 0];
      const consider = (column: number, bin: number, side: number, leftG: number, leftH: number) => {
        const rightG = g - leftG;
        const rightH = h - leftH;
        if (leftH < smallest || rightH < smallest) return;
        const left = Math.max(Math.abs(leftG) - l1, 0);
        const right = Math.max(Math.abs(rightG) - l1, 0);
        const numerator = left * left * (rightH + l2) + right * right * (leftH + l2);
        const denominator = (leftH + l2) * (rightH + l2);
        if (!(numerator * bottom > top * denominator)) return;
        top = numerator;
        bottom = denominator;
        found = [column, bin, side, leftG, leftH];
      };
      for (let c = 0; c < count; c++) {
        const entry = (columns >> 2) + 4 * c;
        const bins = integers[entry + 1];
        if (bins < 1) continue;
        const cells = (histogram + integers[entry]) >> 3;
        const hasMissing = integers[entry + 2] !== 0;
        const missingG = hasMissing ? doubles[cells + 2 * bins] : 0;
        const missingH = hasMissing ? doubles[cells + 2 * bins + 1] : 0;
        const there = missingH > 0;
        let leftG = 0;
        let leftH = 0;
        for (let b = 0; b < (there ? bins : bins - 1); b++) {
          leftG += doubles[cells + 2 * b];
          leftH += doubles[cells + 2 * b + 1];
          consider(c, b, 0, leftG, leftH);
          if (there) consider(c, b, 1, leftG + missingG, leftH + missingH);
        }
      }
      doubles.set([top / bottom, ...found], out >> 3);
    },

    partition(rows, from, to, bins, width, goesLeft) {
      const { bytes, integers } = views();
      const own = integers.subarray((rows >> 2) + from, (rows >> 2) + to);
      const right: number[] = [];
      let left = 0;
      for (let i = 0; i < own.length; i++) {
        const row = own[i];
        if (bytes[goesLeft + bytes[bins + row * width]] === 1) own[left++] = row;
        else right.push(row);
      }
      own.set(right, left);
      return from + left;
    },

    logisticGradients(n, scores, y, weights, out) {
      const { floats, doubles } = views();
      for (let i = 0; i < n; i++) {
        const s = doubles[(scores >> 3) + i];
        const e = exp(Math.max(-Math.abs(s), -600));
        const r = 1 / (1 + e);
        const q = e * r;
        const w = weights === 0 ? 1 : floats[(weights >> 2) + i];
        floats[(out >> 2) + 2 * i] = ((s >= 0 ? r : q) - floats[(y >> 2) + i]) * w;
        floats[(out >> 2) + 2 * i + 1] = Math.max(r * q, 1e-16) * w;
      }
    },

    softmaxes(n, classes, stride, scores, out) {
      const { floats, doubles } = views();
      for (let i = 0; i < n; i++) {
        const s = (scores >> 3) + i;
        const o = (out >> 2) + i;
        let top = doubles[s];
        for (let k = 1; k < classes; k++) top = Math.max(top, doubles[s + k * stride]);
        let sum = 0;
        for (let k = 0; k < classes; k++) {
          const e = exp(Math.max(doubles[s + k * stride] - top, -600));
          sum += e;
          floats[o + k * stride] = e;
        }
        for (let k = 0; k < classes; k++) floats[o + k * stride] /= sum;
      }
    },

    sortByRank(rows, from, to, bins, width, ranks, pairs, sorted, sortedPairs, counts) {
      const { bytes, integers, floats } = views();
      const rankOf = (i: number) => bytes[ranks + bytes[bins + integers[(rows >> 2) + i] * width]];
      const places = counts >> 2;
      integers.fill(0, places, places + 256);
      for (let i = from; i < to; i++) integers[places + rankOf(i)]++;
      for (let b = 0, sum = 0; b < 256; b++) {
        const count = integers[places + b];
        integers[places + b] = sum;
        sum += count;
      }
      for (let i = from; i < to; i++) {
        const rank = rankOf(i);
        const place = integers[places + rank]++;
        const pair = (pairs >> 2) + 2 * integers[(rows >> 2) + i];
        bytes[sorted + place] = rank;
        floats[(sortedPairs >> 2) + 2 * place] = floats[pair];
        floats[(sortedPairs >> 2) + 2 * place + 1] = floats[pair + 1];
      }
    },

    walkSums(n, sorted, sortedPairs, missing, smallest, floor, out) {
      const { floats } = views();
      const pair = sortedPairs >> 2;
      let totalS = 0;
      let totalW = 0;
      for (let i = 0; i < n; i++) {
        totalS += floats[pair + 2 * i];
        totalW += floats[pair + 2 * i + 1];
      }
      let leftS = 0;
      let leftW = 0;
      walk(n, sorted, missing, smallest, floor, out, {
        begin(valued, side) {
          leftS = 0;
          leftW = 0;
          if (side) for (let i = valued; i < n; i++) this.move(i);
        },
        move(i) {
          leftS += floats[pair + 2 * i];
          leftW += floats[pair + 2 * i + 1];
        },
        weights: () => [leftW, totalW - leftW],
        value: () => quality(leftS, leftW, 0, 0) + quality(totalS - leftS, totalW - leftW, 0, 0),
      });
    },

    walkClasses(n, sorted, sortedPairs, missing, classes, smallest, floor, sums, out) {
      const { floats, doubles } = views();
      const left = sums >> 3;
      const right = left + classes;
      let [leftSquares, rightSquares, leftW, rightW] = [0, 0, 0, 0];
      const classOf = (i: number) => floats[(sortedPairs >> 2) + 2 * i];
      const weightOf = (i: number) => floats[(sortedPairs >> 2) + 2 * i + 1];
      /** Adds a weight to one class; what that adds to the sum of the squares. */
      const add = (at: number, w: number) => {
        const old = doubles[at];
        doubles[at] = old + w;
        return w * (2 * old + w);
      };
      walk(n, sorted, missing, smallest, floor, out, {
        begin(valued, side) {
          doubles.fill(0, left, left + 2 * classes);
          [leftSquares, rightSquares, leftW, rightW] = [0, 0, 0, 0];
          for (let i = 0; i < n; i++) {
            const w = weightOf(i);
            if (side && i >= valued) {
              leftSquares += add(left + classOf(i), w);
              leftW += w;
            } else {
              rightSquares += add(right + classOf(i), w);
              rightW += w;
            }
          }
        },
        move(i) {
          const w = weightOf(i);
          leftSquares += add(left + classOf(i), w);
          rightSquares += add(right + classOf(i), -w);
          leftW += w;
          rightW -= w;
        },
        weights: () => [leftW, rightW],
        value: () => leftSquares / leftW + rightSquares / rightW,
      });
    },

    rankRange(rows, from, to, bins, width, ranks, missing, out) {
      const { bytes, integers, doubles } = views();
      let low = 256;
      let high = 0;
      let count = 0;
      for (let i = from; i < to; i++) {
        const rank = bytes[ranks + bytes[bins + integers[(rows >> 2) + i] * width]];
        if (rank === missing) count++;
        else {
          low = Math.min(low, rank);
          high = Math.max(high, rank);
        }
      }
      doubles.set([low, high, count], out >> 3);
    },

    cutSums(rows, from, to, bins, width, ranks, missing, cut, pairs, smallest, floor, out) {
      const { bytes, integers, floats } = views();
      /** Target and weight of those that go left, right, and of those without a value. */
      const s = [0, 0, 0];
      const w = [0, 0, 0];
      for (let i = from; i < to; i++) {
        const row = integers[(rows >> 2) + i];
        const rank = bytes[ranks + bytes[bins + row * width]];
        const group = rank === missing ? 2 : rank <= cut ? 0 : 1;
        s[group] += floats[(pairs >> 2) + 2 * row];
        w[group] += floats[(pairs >> 2) + 2 * row + 1];
      }
      bestSide(cut, w[2] > 0, smallest, floor, out, (side) => {
        const leftW = side ? w[0] + w[2] : w[0];
        const rightW = side ? w[1] : w[1] + w[2];
        const value =
          quality(side ? s[0] + s[2] : s[0], leftW, 0, 0) + quality(side ? s[1] : s[1] + s[2], rightW, 0, 0);
        return [leftW, rightW, value];
      });
    },

    cutClasses(rows, from, to, bins, width, ranks, missing, cut, pairs, classes, smallest, floor, sums, out) {
      const { bytes, integers, floats, doubles } = views();
      const at = sums >> 3;
      doubles.fill(0, at, at + 3 * classes);
      for (let i = from; i < to; i++) {
        const row = integers[(rows >> 2) + i];
        const rank = bytes[ranks + bytes[bins + row * width]];
        const group = rank === missing ? 2 : rank <= cut ? 0 : 1;
        doubles[at + group * classes + floats[(pairs >> 2) + 2 * row]] += floats[(pairs >> 2) + 2 * row + 1];
      }
      let lost = 0;
      for (let k = 0; k < classes; k++) lost += doubles[at + 2 * classes + k];
      bestSide(cut, lost > 0, smallest, floor, out, (side) => {
        let [leftSquares, rightSquares, leftW, rightW] = [0, 0, 0, 0];
        for (let k = 0; k < classes; k++) {
          const m = doubles[at + 2 * classes + k];
          const a = doubles[at + k] + (side ? m : 0);
          const b = doubles[at + classes + k] + (side ? 0 : m);
          leftSquares += a * a;
          rightSquares += b * b;
          leftW += a;
          rightW += b;
        }
        return [leftW, rightW, leftSquares / leftW + rightSquares / rightW];
      });
    },
  };

  interface Walker {
    /** Nobody has gone left, or (side 1) those without a value. */
    begin(valued: number, side: number): void;
    /** Row i of the order goes left. */
    move(i: number): void;
    weights(): readonly [number, number];
    value(): number;
  }

  function walk(
    n: number,
    sorted: number,
    missing: number,
    smallest: number,
    floor: number,
    out: number,
    walker: Walker,
  ): void {
    const { bytes, doubles } = views();
    let valued = n;
    while (valued > 0 && missing >= 0 && bytes[sorted + valued - 1] === missing) valued--;
    let best = floor;
    doubles[out >> 3] = floor;
    doubles[(out >> 3) + 1] = -1;
    for (let side = 0; side < (valued < n ? 2 : 1); side++) {
      walker.begin(valued, side);
      const last = side === 1 || valued === n ? valued - 1 : valued;
      for (let i = 0; i < last; i++) {
        walker.move(i);
        const rank = bytes[sorted + i];
        const next = i + 1 < valued ? bytes[sorted + i + 1] : missing;
        if (rank === next) continue;
        const [left, right] = walker.weights();
        if (left < smallest || right < smallest) continue;
        const value = walker.value();
        if (!(value > best)) continue;
        best = value;
        doubles.set([value, i + 1 < valued ? (rank + next - 1) >> 1 : rank, side], out >> 3);
      }
    }
  }

  /** Whether missing values go right (0) or left (1), by weights and value of each. */
  function bestSide(
    cut: number,
    both: boolean,
    smallest: number,
    floor: number,
    out: number,
    evaluate: (side: number) => readonly [number, number, number],
  ): void {
    const { doubles } = views();
    let best = floor;
    doubles[out >> 3] = floor;
    doubles[(out >> 3) + 1] = -1;
    for (let side = 0; side < (both ? 2 : 1); side++) {
      const [left, right, value] = evaluate(side);
      if (left < smallest || right < smallest || !(value > best)) continue;
      best = value;
      doubles.set([value, cut, side], out >> 3);
    }
  }
}

/** max(|g| − l1, 0)² / (h + l2) */
function quality(g: number, h: number, l1: number, l2: number): number {
  const t = Math.max(Math.abs(g) - l1, 0);
  return (t * t) / (h + l2);
}
