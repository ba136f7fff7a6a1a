/**
 * Observations whose coordinates are warped while hyperparameters are fitted.
 */
import { exp } from "../../math/elementary.ts";
import type { Kernels } from "../../math/kernels/kernels.ts";
import { clamp, logsOf, type Warped, warpInto, warpPrior } from "./input-warp.ts";
import type { Data, Room } from "./likelihood.ts";

/** Places of what the likelihood's evaluation left in memory. */
interface Left {
  readonly room: Room;
  readonly inverse: number;
  readonly slopes: number;
  /** Room for n + 1 numbers. */
  readonly row: number;
}

export interface Warps {
  /** The observations as warped last. */
  readonly data: Data;
  /** Warps by θ, which goes on with ln a and ln b of each warped coordinate behind its own `scales` + 2. */
  write(theta: Float64Array): void;
  /** Adds the gradient by ln a and ln b; returns −ln of their prior. */
  addGradient(kernels: Kernels, left: Left, theta: Float64Array, gradient: Float64Array): number;
}

export function warpsOf(raw: Data, warped: Int32Array): Warps {
  const { n, scales, features } = raw;
  const width = features.numeric + features.nominal;
  const x = Float64Array.from(raw.x);
  const columns = Array.from(warped, (f) => {
    const own = Float64Array.from({ length: n }, (_, i) => raw.x[i * width + f]);
    const logs = logsOf(own);
    const outside = own.map((u) => u - clamp(u));
    return {
      f,
      logs,
      outside,
      value: new Float64Array(n),
      byLnA: new Float64Array(n),
      byLnB: new Float64Array(n),
    };
  });
  const at = (c: number) => scales + 2 + 2 * c;
  return {
    data: { ...raw, x },
    write(theta) {
      columns.forEach((column, c) => {
        const place = at(c);
        warpInto(column as Warped, column.logs, theta[place], theta[place + 1]);
        for (let i = 0; i < n; i++) x[i * width + column.f] = column.value[i] + column.outside[i];
      });
    },
    addGradient({ memory }, { room, inverse, slopes, row }, theta, gradient) {
      if (columns.length === 0) return 0;
      const { stride } = room;
      const byPoint = columns.map(() => new Float64Array(n));
      for (let i = 1; i < n; i++) {
        const own = memory[room.alpha + i];
        const [inverses, derivatives] = [inverse + i * stride, slopes + i * stride];
        for (let j = 0; j < i; j++)
          memory[row + j] =
            2 * (own * memory[room.alpha + j] - memory[inverses + j]) * memory[derivatives + j];
        columns.forEach(({ f }, c) => {
          const place = room.points + f * stride;
          const here = memory[place + i];
          const sums = byPoint[c];
          let total = 0;
          for (let j = 0; j < i; j++) {
            const change = memory[row + j] * (here - memory[place + j]);
            sums[j] += change;
            total += change;
          }
          sums[i] -= total;
        });
      }
      let value = 0;
      columns.forEach(({ f, byLnA, byLnB }, c) => {
        const place = at(c);
        const inverseScale = exp(-theta[features.scaleOf[f]]);
        let [byA, byB] = [0, 0];
        for (let i = 0; i < n; i++) {
          byA += byPoint[c][i] * byLnA[i];
          byB += byPoint[c][i] * byLnB[i];
        }
        [byA, byB].forEach((by, p) => {
          const [minusLog, slope] = warpPrior(theta[place + p]);
          value += minusLog;
          gradient[place + p] += inverseScale * by + slope;
        });
      });
      return value;
    },
  };
}
