import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { Ledger } from '../ports/ledger.ts';
import type { SyncLog } from './parts.ts';

/** Deletes what the hub has committed, one deletion a lane at a time: the newest covers the others. */
export interface Deletions {
  readonly covered: (lane: LaneName, watermark: number) => void;
  /** Resolves when the ledger is asked for nothing more. */
  readonly settled: () => Promise<void>;
}

export function deletions(
  ledger: Pick<Ledger, 'acknowledge'>,
  vendor: string,
  log: SyncLog,
): Deletions {
  const wanted = new Map<LaneName, number>();
  const running = new Map<LaneName, Promise<void>>();

  async function run(lane: LaneName): Promise<void> {
    for (;;) {
      const watermark = wanted.get(lane);
      wanted.delete(lane);
      if (watermark === undefined) break;
      try {
        await ledger.acknowledge({ vendor, lane }, watermark);
      } catch (error) {
        // The rows stay and are skipped by the hub; a later watermark deletes them too.
        log.error({ vendor, lane, watermark, err: error }, 'sync-delete-failed');
      }
    }
    running.delete(lane);
  }

  return {
    covered(lane, watermark) {
      wanted.set(lane, Math.max(watermark, wanted.get(lane) ?? 0));
      if (!running.has(lane)) running.set(lane, run(lane));
    },
    settled: async () => {
      await Promise.all(running.values());
    },
  };
}
