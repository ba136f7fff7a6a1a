/**
 * Trees as one node of the machine-learning set: thresholds as they are, categories as chains of equalities.
 */
import { CATEGORY, MISSING_LEFT, type Trees, widthOf } from "../../../models/trees/format.ts";
import type { GraphBuilder } from "./builder.ts";

interface Nodes {
  readonly tree: number[];
  readonly id: number[];
  readonly feature: number[];
  readonly mode: string[];
  readonly value: number[];
  readonly yes: number[];
  readonly no: number[];
  readonly missing: number[];
}

interface Leaves {
  readonly tree: number[];
  readonly id: number[];
  readonly output: number[];
  readonly weight: number[];
}

/**
 * @param x       float, shape (rows, columns)
 * @param levels  how many codes each column has, 0 for numbers: shape (columns)
 * @returns       double, shape (rows, outputs of the task)
 */
export function treeNodes(graph: GraphBuilder, trees: Trees, x: string, levels: ArrayLike<number>): string {
  const { outputs, base, link, combine } = trees;
  const nodes: Nodes = { tree: [], id: [], feature: [], mode: [], value: [], yes: [], no: [], missing: [] };
  const leaves: Leaves = { tree: [], id: [], output: [], weight: [] };
  const count = trees.arrays.roots.length - 1;
  const share = combine === "mean" ? 1 / (count + (base.length > 0 ? 1 : 0)) : 1;
  for (let tree = 0; tree < count; tree++) writeTree(trees, tree, { share, levels }, nodes, leaves);
  const sums = graph.node(
    "TreeEnsembleRegressor",
    [x],
    {
      n_targets: { int: outputs },
      nodes_treeids: { ints: nodes.tree },
      nodes_nodeids: { ints: nodes.id },
      nodes_featureids: { ints: nodes.feature },
      nodes_modes: { strings: nodes.mode },
      nodes_values: { floats: nodes.value },
      nodes_truenodeids: { ints: nodes.yes },
      nodes_falsenodeids: { ints: nodes.no },
      nodes_missing_value_tracks_true: { ints: nodes.missing },
      target_treeids: { ints: leaves.tree },
      target_nodeids: { ints: leaves.id },
      target_ids: { ints: leaves.output },
      target_weights: { floats: leaves.weight },
    },
    "ai.onnx.ml",
  );
  const start = graph.doubles(
    [1, outputs],
    Array.from({ length: outputs }, (_, k) => (base[k] ?? 0) * share),
  );
  const raw = graph.add(graph.cast(sums, "double"), start);
  if (link === "softmax") return graph.softmax(raw);
  if (link === "ascending") return graph.ascending(raw, outputs);
  if (link === "identity") return raw;
  const second = graph.node("Sigmoid", [raw]);
  return graph.concat([graph.sub(graph.double(1), second), second]);
}

/**
 * Nodes of one tree. A set of categories becomes a chain of nodes that ask for one code each, all of which lead to the same
 * child: the way in which ONNX says "is one of".
 */
function writeTree(
  trees: Trees,
  tree: number,
  { share, levels }: { readonly share: number; readonly levels: ArrayLike<number> },
  nodes: Nodes,
  leaves: Leaves,
): void {
  const { roots, feature, threshold, right, flags, sets, values } = trees.arrays;
  const [first, end] = [roots[tree], roots[tree + 1]];
  const width = widthOf(trees);
  let extra = end - first; // ids of what a chain needs beside the tree's own nodes
  const put = (id: number, of: Omit<Record<keyof Nodes, number>, "tree" | "id" | "mode">, mode: string) => {
    nodes.tree.push(tree);
    nodes.id.push(id);
    nodes.feature.push(of.feature);
    nodes.mode.push(mode);
    nodes.value.push(of.value);
    nodes.yes.push(of.yes);
    nodes.no.push(of.no);
    nodes.missing.push(of.missing);
  };
  for (let k = first; k < end; k++) {
    const id = k - first;
    const missing = flags[k] & MISSING_LEFT ? 1 : 0;
    if (feature[k] < 0) {
      put(id, { feature: 0, value: 0, yes: 0, no: 0, missing: 0 }, "LEAF");
      for (let j = 0; j < width; j++) {
        leaves.tree.push(tree);
        leaves.id.push(id);
        leaves.output.push(width === 1 ? tree % trees.outputs : j);
        leaves.weight.push(values[right[k] * width + j] * share);
      }
    } else if (!(flags[k] & CATEGORY)) {
      put(
        id,
        { feature: feature[k], value: threshold[k], yes: id + 1, no: right[k] - first, missing },
        "BRANCH_LEQ",
      );
    } else {
      const set = right[k];
      const other = sets[set] - first;
      const codes = codesOf(sets, set, missing ? levels[feature[k]] : 0);
      for (const [place, code] of codes.entries()) {
        const isLast = place === codes.length - 1;
        const no = isLast ? other : extra;
        const own = place === 0 ? id : extra - 1;
        put(
          own,
          { feature: feature[k], value: code, yes: id + 1, no, missing: place === 0 ? missing : 0 },
          "BRANCH_EQ",
        );
        if (!isLast) extra++;
      }
    }
  }
}

/** Codes whose bit is set, and those beyond the bits, up to `levels`; one that does not exist where there is none. */
function codesOf(sets: Int32Array, at: number, levels: number): number[] {
  const codes: number[] = [];
  const known = 32 * sets[at + 1];
  for (let code = 0; code < known; code++)
    if ((sets[at + 2 + (code >>> 5)] >>> (code & 31)) & 1) codes.push(code);
  for (let code = known; code < levels; code++) codes.push(code);
  return codes.length > 0 ? codes : [-1];
}
