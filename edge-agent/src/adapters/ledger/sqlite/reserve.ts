import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const STEP_BYTES = 4 * 1024 * 1024;

/** `no-room`: putting the missing part aside would take the last room of the disk. */
export type ReserveState = 'whole' | 'growing' | 'no-room';

/** A ballast file: space on the disk that is there when everything else is full (sync.md §5). */
export interface Reserve {
  readonly state: () => ReserveState;
  /** Writes the next few megabytes of what is missing. Never throws: a full disk is no news. */
  readonly grow: () => void;
  /** Gives the space back to the disk; `false` when there was none. */
  readonly release: () => boolean;
  /**
   * Of a released reserve only the last quarter is left. That is not for charges: without room to write
   * down what the hub has, nothing would ever get free again.
   */
  readonly isNearEnd: () => boolean;
}

export function reserveFile(path: string, bytes: number): Reserve {
  const sizeNow = (): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  };
  const append = (count: number): void => {
    const file = openSync(path, 'a');
    try {
      // Zeros would do on most file systems, but some do not store them.
      writeSync(file, Buffer.alloc(count, 0xa5));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  };
  const missing = (): number => bytes - sizeNow();
  const state = (): ReserveState => {
    if (missing() <= 0) return 'whole';
    return freeBytes() < 2 * missing() ? 'no-room' : 'growing';
  };
  return {
    state,
    grow: () => {
      if (state() !== 'growing') return;
      try {
        append(Math.min(STEP_BYTES, missing()));
      } catch {
        // Somebody else took the room meanwhile; the state tells.
      }
    },
    release: () => {
      if (sizeNow() === 0) return false;
      rmSync(path, { force: true });
      return true;
    },
    isNearEnd: () => freeBytes() < bytes / 4,
  };
}
