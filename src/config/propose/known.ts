/**
 * Hyperparameters by the names that programs give them: where good values are usually found, and why.
 */

/** A range as people would write it; whole numbers where `type` is int. */
export interface KnownRange {
  readonly names: RegExp;
  readonly type: "float" | "int";
  readonly low: number;
  readonly high: number;
  readonly log?: true;
  /** Said beside the range. */
  readonly why: string;
}

/** The first that fits counts. Names are in lower case, with underscores. */
export const KNOWN: readonly KnownRange[] = [
  // of networks
  {
    names: /^(.*_)?(lr|lr0|learning_rate|step_size)$/,
    type: "float",
    low: 1e-5,
    high: 0.1,
    log: true,
    why: "the most important one; what matters is its order of magnitude",
  },
  {
    names: /^(.*_)?(weight_decay|wd|l1|l2|l2_reg|l1_reg|lambda)$/,
    type: "float",
    low: 1e-6,
    high: 0.1,
    log: true,
    why: "penalties matter by their order of magnitude",
  },
  {
    names: /^(.*_)?(dropout|dropout_rate|dropout_prob|drop_rate|drop_path|drop_path_rate)$/,
    type: "float",
    low: 0,
    high: 0.5,
    why: "above one half networks hardly learn",
  },
  {
    names: /^(?!.*(test|val|valid|eval|predict)_)(.*_)?(batch_size|batch|bs)$/,
    type: "int",
    low: 16,
    high: 256,
    log: true,
    why: "doubling it matters, not adding one",
  },
  {
    names: /^(.*_)?(epochs|num_epochs|n_epochs|max_epochs)$/,
    type: "int",
    low: 5,
    high: 100,
    log: true,
    why: "or let trials stop early: {budget} in its place, and max_steps",
  },
  {
    names: /^(.*_)?(layers|num_layers|n_layers|num_hidden_layers|n_hidden_layers)$/,
    type: "int",
    low: 1,
    high: 6,
    why: "few are enough for most data",
  },
  {
    names:
      /^(.*_)?(units|num_units|n_units|hidden|hidden_size|hidden_dim|hidden_units|width|d_model|embed_dim|embedding_dim|filters|channels)$/,
    type: "int",
    low: 16,
    high: 512,
    log: true,
    why: "doubling it matters, not adding one",
  },
  {
    names: /^(.*_)?(heads|num_heads|n_heads)$/,
    type: "int",
    low: 1,
    high: 8,
    log: true,
    why: "it has to divide the width",
  },
  {
    names: /^(.*_)?momentum$/,
    type: "float",
    low: 0.5,
    high: 0.99,
    why: "it averages over 1 / (1 - momentum) steps",
  },
  { names: /^(.*_)?beta_?1$/, type: "float", low: 0.8, high: 0.99, why: "Adam's average of gradients" },
  { names: /^(.*_)?beta_?2$/, type: "float", low: 0.9, high: 0.9999, why: "Adam's average of squares" },
  {
    names: /^(.*_)?(eps|epsilon)$/,
    type: "float",
    low: 1e-10,
    high: 1e-4,
    log: true,
    why: "what matters is its order of magnitude",
  },
  { names: /^(.*_)?label_smoothing$/, type: "float", low: 0, high: 0.2, why: "more hides the labels" },
  {
    names: /^(.*_)?warmup_(ratio|fraction|proportion)$/,
    type: "float",
    low: 0,
    high: 0.2,
    why: "a share of the training",
  },
  {
    names: /^(.*_)?(clip|grad_clip|clip_norm|max_grad_norm|gradient_clip|clip_grad_norm)$/,
    type: "float",
    low: 0.1,
    high: 10,
    log: true,
    why: "what matters is its order of magnitude",
  },
  { names: /^(.*_)?temperature$/, type: "float", low: 0.1, high: 10, log: true, why: "a factor" },
  // of trees and others
  {
    names:
      /^(n_estimators|num_trees|n_trees|trees|num_rounds|n_rounds|num_boost_round|num_iterations|iterations)$/,
    type: "int",
    low: 50,
    high: 1000,
    log: true,
    why: "doubling it matters, not adding one",
  },
  {
    names: /^(max_depth|depth|tree_depth)$/,
    type: "int",
    low: 2,
    high: 12,
    why: "each level doubles the leaves",
  },
  {
    names: /^(num_leaves|max_leaves|max_leaf_nodes)$/,
    type: "int",
    low: 8,
    high: 256,
    log: true,
    why: "doubling it matters, not adding one",
  },
  {
    names: /^(min_child_weight|min_samples_leaf|min_samples_split|min_data_in_leaf|min_child_samples)$/,
    type: "int",
    low: 2,
    high: 64,
    log: true,
    why: "doubling it matters, not adding one",
  },
  {
    names: /^(subsample|colsample.*|bagging_fraction|feature_fraction|max_features|row_fraction)$/,
    type: "float",
    low: 0.4,
    high: 1,
    why: "a share of the rows or columns",
  },
  {
    names: /^(reg_alpha|reg_lambda)$/,
    type: "float",
    low: 1e-3,
    high: 10,
    log: true,
    why: "penalties matter by their order of magnitude",
  },
  {
    names: /^(c|cost)$/,
    type: "float",
    low: 1e-3,
    high: 1e3,
    log: true,
    why: "what matters is its order of magnitude",
  },
  {
    names: /^(k|n_neighbors|num_neighbors|neighbors|neighbours)$/,
    type: "int",
    low: 1,
    high: 50,
    log: true,
    why: "doubling it matters, not adding one",
  },
];

/** Choices that are worth trying out, where the help text lists them. */
export const CHOICES =
  /(^|_)(optimi[sz]er|opt|activation|act|schedule|scheduler|lr_schedule|lr_scheduler|init|initiali[sz]er|initiali[sz]ation|norm|normali[sz]ation|pooling|loss|loss_fn|criterion|kernel|booster|solver|penalty|weights|weighting|algorithm|method|model|architecture|arch|network|distance|augmentation|growth|grow_policy)$/;

/** Switches that are worth trying out. */
export const SWITCHES =
  /(^|_)(nesterov|amsgrad|batch_norm|batchnorm|layer_norm|bias|augment|augmentation|bidirectional|normali[sz]e|shuffle|balanced|class_weights|fit_intercept|residual|skip|ema|mixup|cutmix)$/;

/** What says how a program runs and not how it learns. */
export const RUNNING =
  /(^|_)(help|version|verbose|verbosity|quiet|debug|seed|random_state|random_seed|device|devices|gpu|gpus|cuda|workers|num_workers|threads|num_threads|n_jobs|jobs|port|host|rank|local_rank|world_size|nodes|log|logs|log_level|log_dir|log_interval|log_every|save_every|save_interval|print_every|eval_every|eval_interval|out|output|output_dir|input|data|data_dir|dataset|root|path|file|dir|folder|name|run_name|project|config|checkpoint|resume|save|load|metric|monitor|objective|test|val|valid|predict|(test|val|valid|eval|predict)_batch_size|timeout|limit|classes|num_classes|n_classes|target|budget)$/;

/** Names that a measure of a trained model has: the last word says what, and most are of rows held back. */
export const METRIC =
  /\b(?:val|valid|validation|eval|test|dev|holdout)[_/-](?:loss|acc|accuracy|error|err|f1|auc|rmse|mse|mae|nll|ppl|perplexity|bleu|rouge|reward|score|r2|iou|map|top1|logloss)\b/gi;
export const MEASURE =
  /^(?:.*[_/-])?(loss|acc|accuracy|error|err|f1|auc|rmse|mse|mae|nll|ppl|perplexity|bleu|rouge|reward|score|r2|iou|map|top1|logloss)$/i;
/** Less is better. */
export const LESS = /(loss|error|err|rmse|mse|mae|nll|ppl|perplexity)$/i;
