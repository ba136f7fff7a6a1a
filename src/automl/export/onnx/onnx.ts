/**
 * A whole model as one ONNX graph: raw columns in, predictions out.
 */
import { UnsupportedError } from "../../../errors.ts";
import type { Encoder } from "../../encode/encoder.ts";
import { widthOfStep } from "../../encode/step.ts";
import type { Model } from "../../model.ts";
import type { TargetScale } from "../../scale.ts";
import type { Feature } from "../../schema/schema.ts";
import { outputsOf } from "../../task.ts";
import { GraphBuilder } from "./builder.ts";
import { encoderNodes, type Input } from "./encoder.ts";
import { type Matrix, modelNodes } from "./models.ts";
import { type Port, writeOnnx } from "./proto.ts";

/**
 * Inputs are named like the columns and have the shape (rows, 1): strings for categories, "" where missing; doubles for all
 * else, NaN where missing, booleans as 0 and 1, dates as days since 1970-01-01 (with fractions). The output `probabilities`
 * has the shape (rows, classes) and `label` (rows, 1), the class's index; of numbers there is `prediction`, shape (rows, 1)
 * or (rows, quantiles). The graph's metadata name the classes.
 *
 * @throws {UnsupportedError} naming the column or the family that ONNX has no words for
 */
export function toOnnx(model: Model): Uint8Array {
  const { schema, members } = model;
  const { task } = schema;
  const outputs = outputsOf(task);
  const graph = new GraphBuilder();
  const used = schema.features.filter((feature) => feature.used);
  const inputs = used.map(inputOf);
  const matrices = new Map<Encoder, Matrix>();
  const matrixOf = (encoder: Encoder): Matrix => {
    const known = matrices.get(encoder);
    if (known !== undefined) return known;
    const levels = encoder.steps.flatMap((step) =>
      Array.from({ length: widthOfStep(step) }, () => (step.kind === "lookup" ? step.categories : 0)),
    );
    const matrix = { name: encoderNodes(graph, encoder, inputs), columns: levels.length, levels };
    matrices.set(encoder, matrix);
    return matrix;
  };
  let sum: string | undefined;
  for (const { weight, pipelines } of members)
    for (const { encoder, model: fitted, scale } of pipelines) {
      const raw = modelNodes(graph, fitted, matrixOf(encoder));
      const shown = scale ? unscaled(graph, raw, scale) : raw;
      const part = graph.mul(shown, graph.double(weight / pipelines.length));
      sum = sum === undefined ? part : graph.add(sum, part);
    }
  if (sum === undefined) throw new UnsupportedError("the model has no members");
  const isClasses = task.kind === "classification";
  const results: (Port & { from: string })[] = [
    {
      name: isClasses ? "probabilities" : "prediction",
      type: "float",
      width: outputs,
      from: graph.cast(sum, "float"),
    },
  ];
  if (isClasses)
    results.push({
      name: "label",
      type: "int64",
      width: 1,
      from: labelNodes(graph, sum, outputs, model.threshold),
    });
  const notes = {
    target: schema.target,
    ...(isClasses && { classes: JSON.stringify(task.classes) }),
    ...(task.kind === "quantiles" && { quantiles: JSON.stringify(task.levels) }),
  };
  const ports = inputs.map(({ name, type }): Port => ({ name, type, width: 1 }));
  return writeOnnx(graph.finish("fettle", ports, results, notes));
}

function inputOf({ name, kind }: Feature): Input {
  return { name, feature: name, type: kind === "category" || kind === "text" ? "string" : "double" };
}

function unscaled(graph: GraphBuilder, value: string, { log, mean, std, low, high }: TargetScale): string {
  const plain = graph.add(graph.mul(value, graph.double(std)), graph.double(mean));
  const shown = log ? graph.sub(graph.node("Exp", [plain]), graph.double(1)) : plain;
  return graph.min(graph.max(shown, graph.double(low)), graph.double(high));
}

/** Index of the predicted class, shape (rows, 1). */
function labelNodes(graph: GraphBuilder, probabilities: string, classes: number, threshold?: number): string {
  if (classes === 2 && threshold !== undefined) {
    const second = graph.columns(probabilities, [1]);
    const isLess = graph.node("Less", [second, graph.double(threshold)]);
    return graph.cast(graph.node("Not", [isLess]), "int64");
  }
  return graph.node("ArgMax", [probabilities], { axis: { int: 1 }, keepdims: { int: 1 } });
}
