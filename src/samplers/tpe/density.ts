/**
 * One density over a space: of all parameters together, and of each by itself. Either is made when it is first needed.
 */
import type { Kernels } from "../../math/kernels/kernels.ts";
import type { Members } from "../../models/parzen/joint.ts";
import type { Branch } from "../../models/parzen/layout.ts";
import { type Mixture, mixture } from "../../models/parzen/mixture.ts";

export interface Density {
  /** Of all parameters, with the members' joint kernels. */
  readonly joint: Mixture;
  /** Of each parameter that has more than one value, parents before children. */
  readonly marginals: readonly Marginal[];
}

interface Marginal {
  /** Index of the parameter. */
  readonly index: number;
  readonly mixture: Mixture;
}

/** The density of the members; valid until the kernels' memory is released. */
export function densityOf(kernels: Kernels, branches: readonly Branch[], members: Members): Density {
  let joint: Mixture | undefined;
  let marginals: readonly Marginal[] | undefined;
  return {
    get joint() {
      joint ??= mixture(kernels, branches, members);
      return joint;
    },
    get marginals() {
      marginals ??= branches
        .flatMap(({ dimensions, always }) =>
          dimensions.map((dimension) => ({
            index: dimension.index,
            mixture: mixture(kernels, [{ dimensions: [dimension], always }], members),
          })),
        )
        .sort((a, b) => a.index - b.index);
      return marginals;
    },
  };
}
