import { defineConfig } from "vitest/config";

// Unit tests stand beside their source and are quick; every sampler and every pruner against every check takes longer; everything that
// starts processes is in tests/.
/** A machine may be busy with other things. */
const PATIENCE_MS = 60_000;
const CONFORMANCE = [
  "src/{samplers,pruners,terminators}/conformance.test.ts",
  // these train models of whole tables
  "src/automl/{automl,monotone}.test.ts",
  "src/automl/export/**/*.test.ts",
  "src/samplers/gp/gradients.test.ts",
];
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          exclude: CONFORMANCE,
          testTimeout: PATIENCE_MS,
        },
      },
      { test: { name: "conformance", include: CONFORMANCE, testTimeout: PATIENCE_MS } },
      {
        test: {
          name: "integration",
          include: ["tests/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
