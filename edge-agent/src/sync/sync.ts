import { vendorLine } from './line.ts';
import { LINK_POLICY, type LinkPolicy } from './link.ts';
import type { SyncParts } from './parts.ts';
import type { SyncStatus } from './status.ts';

/** A store that was minted so lately is not doubted again: what differs then has another cause. */
const DOUBT_AGAIN_MS = 60 * 60_000;

export interface SyncOptions extends Omit<SyncParts, 'link' | 'random'> {
  /** Vendors of the site; each gets a connection of its own ([SYNC-12]). */
  readonly vendors: readonly string[];
  readonly random?: () => number;
  readonly link?: Partial<LinkPolicy>;
}

export interface SyncHandle {
  /** What is shown at the site and asked for by support. */
  readonly status: () => SyncStatus;
  /** Says goodbye to the hub; the ledger is not used any more when it resolves. */
  readonly stop: () => Promise<void>;
}

/**
 * Brings what the ledger's outbox holds to the hub, exactly once in effect, and the hub's commands to
 * the site (SPEC.md). Goes on by itself whatever the line, the broker or the hub do.
 */
export function startSync(options: SyncOptions): SyncHandle {
  const { vendors, ledger, clock, log } = options;
  const parts: SyncParts = {
    ...options,
    random: options.random ?? Math.random,
    link: { ...LINK_POLICY, ...options.link },
  };
  let replaces: string | undefined;
  let mintedAtMs: number | undefined;
  let minting: Promise<void> | undefined;
  let isStopped = false;

  /** A new store identity, with every connection off the line: old answers must not delete new rows. */
  async function mint(): Promise<void> {
    let done = false;
    try {
      await Promise.all(lines.map((line) => line.standAside()));
      const { storeId } = ledger.identity();
      const minted = await ledger.remint();
      replaces = storeId;
      mintedAtMs = clock.monoMs();
      done = true;
      log.warn({ storeId: minted.storeId, replaces }, 'sync-store-minted');
    } catch (error) {
      log.error({ err: error }, 'sync-mint-failed');
    }
    minting = undefined;
    for (const line of lines) line.minted(done);
  }

  const hooks = {
    replaces: () => replaces,
    mayDoubt: () => mintedAtMs === undefined || clock.monoMs() - mintedAtMs > DOUBT_AGAIN_MS,
    onMint: () => {
      minting ??= mint();
    },
  };
  const lines = vendors.map((vendor) => vendorLine(parts, vendor, hooks));
  ledger.onCommitted((streams) => {
    if (isStopped) return;
    for (const { vendor, lane } of streams) {
      lines.find((line) => line.vendor === vendor)?.committed(lane);
    }
  });
  for (const line of lines) line.start();

  return {
    status: () => ({
      storeId: ledger.identity().storeId,
      clockOffsetMs: clock.hubOffsetMs(),
      lines: lines.map((line) => line.status()),
    }),
    stop: async () => {
      isStopped = true;
      await Promise.all(lines.map((line) => line.stop()));
      await minting;
    },
  };
}
