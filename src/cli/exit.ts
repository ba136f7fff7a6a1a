/**
 * Exit codes: what scripts may rely on.
 */
export const EXIT = {
  /** Something completed and a limit was met, or the command did what it says. */
  done: 0,
  /** Nothing completed, or the limit on failures was met. */
  failed: 1,
  /** The command, a file or a name cannot be meant. */
  usage: 2,
  /** A replay met samplers that it cannot compare. */
  incomparable: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
