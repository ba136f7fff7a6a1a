/**
 * What is tuned: the hyperparameters that people tune first, in ranges that nobody fitted to these digits.
 */
import { array, categorical, float, type Infer, int, oneOf, ordinal, space } from "fettle";

export const digitsSpace = space({
  learningRate: float(3e-4, 5e-2, { log: true }),
  schedule: categorical(["constant", "linear", "cosine"]),
  epochs: int(4, 12),
  batch: ordinal([32, 64, 128, 256]),
  layers: int(1, 3),
  units: array(int(64, 256, { step: 32 }), { length: "layers" }),
  activation: categorical(["relu", "sigmoid", "tanh"]),
  dropout: float(0, 0.4),
  l1: float(1e-7, 1e-4, { log: true }),
  l2: float(1e-7, 1e-3, { log: true }),
  optimizer: oneOf("type", {
    sgd: { momentum: float(0.5, 0.99) },
    adam: { beta1: float(0.8, 0.99), beta2: float(0.9, 0.999) },
    rmsprop: { decay: float(0.8, 0.99) },
  }),
});

export type Params = Infer<typeof digitsSpace>;
