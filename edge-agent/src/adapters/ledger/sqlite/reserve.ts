import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

const STEP_BYTES = 4 * 1024 * 1024;

/** A ballast file: space on the disk that is there when everything else is full (sync.md §5). */
export interface Reserve {
  /** Writes the next few megabytes; `true` once the reserve is whole. Never throws: a full disk is no news. */
  readonly grow: () => boolean;
  /** Gives the space back to the disk; `false` when there was none. */
  readonly release: () => boolean;
}

export function reserveFile(path: string, bytes: number): Reserve {
  const sizeNow = (): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return {
    grow: () => {
      const size = sizeNow();
      if (size >= bytes) return true;
      try {
        const file = openSync(path, 'a');
        try {
          // Zeros would do on most file systems, but some do not store them.
          const step = Buffer.alloc(Math.min(STEP_BYTES, bytes - size), 0xa5);
          writeSync(file, step);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        return sizeNow() >= bytes;
      } catch {
        return false;
      }
    },
    release: () => {
      if (sizeNow() === 0) return false;
      rmSync(path, { force: true });
      return true;
    },
  };
}
