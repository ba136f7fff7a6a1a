/**
 * Places for programs that run at a time: each has a number and, where GPUs are given, its share of them.
 */
export interface Slot {
  /** From 0; free again once its trial has ended. */
  readonly index: number;
  readonly gpus: readonly string[];
}

interface Slots {
  /** A free slot whose GPUs are used by the fewest; the first of those. */
  take(id: string): Slot;
  release(id: string): void;
}

/**
 * Slots for `parallel` programs. GPUs are handed out in groups of `perTrial`; with fewer groups than slots, several
 * slots share one, each group as many as any other but one.
 */
export function slots(parallel: number, gpus: readonly string[] = [], perTrial = 1): Slots {
  const groups = Math.max(1, Math.floor(gpus.length / perTrial));
  const taken = new Map<string, number>();
  return {
    take(id) {
      const used = new Set(taken.values());
      const loads = new Array<number>(groups).fill(0);
      for (const index of used) loads[index % groups]++;
      let best: number | undefined;
      const places = Math.max(parallel, used.size + 1); // nobody waits here: how many run is for others to say
      for (let index = 0; index < places; index++)
        if (!used.has(index) && (best === undefined || loads[index % groups] < loads[best % groups]))
          best = index;
      const index = best as number;
      taken.set(id, index);
      const first = (index % groups) * perTrial;
      return { index, gpus: gpus.slice(first, first + perTrial) };
    },
    release(id) {
      taken.delete(id);
    },
  };
}

/**
 * What a program is told of its slot. HIP takes indices as CUDA does; ROCR_VISIBLE_DEVICES is left alone, as it would
 * hide devices before HIP counts them.
 */
export function slotVariables({ index, gpus }: Slot): Record<string, string> {
  const visible = gpus.join(",");
  return {
    FETTLE_SLOT: String(index),
    ...(gpus.length > 0 && { CUDA_VISIBLE_DEVICES: visible, HIP_VISIBLE_DEVICES: visible }),
  };
}
