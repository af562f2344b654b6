/** Tasks of one pile, one after the other, in the order in which they were given. */
export interface Serial {
  readonly run: <T>(task: () => T | Promise<T>) => Promise<T>;
}

export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run<T>(task: () => T | Promise<T>): Promise<T> {
      // A task that failed does not keep the next one away; whoever gave it hears of it.
      const mine = last.then(task, task);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
