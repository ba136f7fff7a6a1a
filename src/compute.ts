/**
 * Where long pure work runs: inline, or in a thread. Both give the same bits.
 */

/** Arguments and results of a task: transferable buffers and plain values. */
export type ComputeArguments = Readonly<Record<string, number | string | boolean | Float64Array>>;

/** A pure function that a thread can find again by its module and name. */
export interface ComputeTask {
  /** URL of the module that exports `name`. */
  readonly module: string;
  readonly name: string;
  /** The function itself, for running inline. */
  readonly run: (args: ComputeArguments) => ComputeArguments;
}

export interface Compute {
  run(task: ComputeTask, args: ComputeArguments): Promise<ComputeArguments>;
}

/** Runs every task where it is called. */
export const inlineCompute: Compute = {
  run: async (task, args) => task.run(args),
};
