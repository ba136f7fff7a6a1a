import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../errors.ts";
import type { Model } from "./model.ts";
import { crc32, packModel, unpackModel } from "./packed.ts";
import { predictModel } from "./predictors.ts";

const model: Model = {
  schema: { target: "y", task: { kind: "regression" }, features: [] },
  metric: "rmse",
  members: [
    {
      ...{ family: "linear", trial: 3, weight: 1 },
      pipelines: [
        {
          encoder: { view: "dense", features: [], steps: [] },
          model: {
            ...{ family: "linear", work: 1, json: { link: "identity" } },
            arrays: {
              weights: Float32Array.of(1, 2, 3),
              intercepts: Float64Array.of(4),
              sources: Int32Array.of(5),
              bytes: Uint8Array.of(6, 7),
            },
          },
        },
      ],
    },
  ],
};

test("a model that is packed comes back", () => {
  const { manifest, arrays } = packModel(model);
  expect(unpackModel(manifest, arrays)).toEqual(model);
});

describe("a manifest whose checksums are right and whose arrays are nowhere is refused", () => {
  const { manifest, arrays } = packModel(model);
  /** As someone would write it who means harm: a checksum is no signature. */
  const withPlace = (place: object) => {
    const { contents, checksums, ...head } = JSON.parse(manifest);
    Object.assign(contents.members[0].pipelines[0].model.arrays.weights, place);
    const changed = crc32(new TextEncoder().encode(JSON.stringify(contents)));
    return JSON.stringify({ ...head, checksums: { ...checksums, contents: changed }, contents });
  };

  test.each([
    { offset: 1e6 },
    { offset: -8 },
    { offset: 4 },
    { offset: "0" },
    { length: 1e12 },
    { length: -1 },
    { length: 1.5 },
    { kind: "constructor" },
    { kind: "float16" },
  ])("%o", (place) => {
    expect(() => unpackModel(withPlace(place), arrays)).toThrow(InvalidInputError);
    expect(() => unpackModel(withPlace(place), arrays)).toThrow(/the array "weights"/);
  });
});

test.each(["constructor", "toString", "__proto__", "magic"])("the family %s predicts nothing", (family) => {
  const [{ pipelines }] = model.members;
  const x = { rows: 1, columns: 0, values: new Float32Array(), levels: new Int32Array() };
  expect(() => predictModel({ ...pipelines[0].model, family }, x, { kind: "regression" })).toThrow(
    /cannot be used here/,
  );
});
