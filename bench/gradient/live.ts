/**
 * What an engine's tensors take, counted as they come and go.
 */
import type { Engine, Tensor } from "../../src/autodiff/engine.ts";

const BYTES_PER_NUMBER = 4;

export interface Counted extends Engine {
  /** The most bytes that were alive at once since the last call, above what was alive at it. */
  peak(): number;
}

/** The engine, every tensor of which is counted from when it is made or shared until it is disposed as often. */
export function counted(engine: Engine): Counted {
  const alive = new Map<Tensor, number>();
  let [bytes, most, base] = [0, 0, 0];
  const sizeOf = ({ shape }: Tensor) => shape.reduce((size, length) => size * length, BYTES_PER_NUMBER);
  const came = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) {
      const times = alive.get(tensor) ?? 0;
      if (times === 0) bytes += sizeOf(tensor);
      alive.set(tensor, times + 1);
    }
    most = Math.max(most, bytes);
  };
  return {
    ...engine,
    tensor(numbers) {
      const tensor = engine.tensor(numbers);
      came([tensor]);
      return tensor;
    },
    share(tensors) {
      const shared = engine.share(tensors);
      came(shared);
      return shared;
    },
    compile(f) {
      const program = engine.compile(f);
      return (...groups) => {
        const out = program(...groups);
        came(out.flat());
        return out;
      };
    },
    dispose(tensors) {
      for (const tensor of tensors) {
        const times = alive.get(tensor) ?? 0;
        if (times > 1) alive.set(tensor, times - 1);
        else if (alive.delete(tensor)) bytes -= sizeOf(tensor);
      }
      engine.dispose(tensors);
    },
    peak() {
      const above = most - base;
      [most, base] = [bytes, bytes];
      return above;
    },
  };
}
