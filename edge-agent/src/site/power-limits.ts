import { raiseAlarm } from './reports.ts';
import type { PileMemory, SiteRoom } from './room.ts';

/** A limit that somebody wants, until when. */
export interface WantedLimit {
  readonly pileNo: string;
  /** `null`: the whole pile. */
  readonly connectorNo: number | null;
  /** W; `null`: no limit of ours. */
  readonly maxW: number | null;
  /** On the monotonic clock. */
  readonly untilMono: number;
}

/**
 * What a pile is told holds for so long; then it falls back to its own safe limit, also when this
 * agent is gone. It is told again before that.
 */
const VALID_S = 300;
const RENEW_MS = 120_000;
/** After so long the measured power must have followed … */
const VERIFY_MS = 60_000;
/** … but for a tenth, and what a meter wavers. */
const SLACK_PERCENT = 110;
const SLACK_W = 500;

const keyOf = ({ pileNo, connectorNo }: Pick<WantedLimit, 'pileNo' | 'connectorNo'>): string =>
  `${pileNo}/${connectorNo ?? '*'}`;

/** Power that the connectors of a limit draw by their newest reports, W. */
function drawnW(pile: PileMemory, connectorNo: number | null): number {
  let sum = 0;
  for (const { connectorNo: no, seen } of pile.connectors.values()) {
    if (connectorNo !== null && no !== connectorNo) continue;
    const { voltageMv = 0, currentMa = 0 } = seen?.measurement ?? {};
    sum += (voltageMv * currentMa) / 1e6;
  }
  return sum;
}

/** [SITE-1], [SITE-2]: limits of connectors and piles, told, told again before they end, and held against the meter. */
export interface PowerLimits {
  /** From now on; in place of the one before. */
  readonly want: (limit: WantedLimit) => void;
  readonly wanted: () => readonly WantedLimit[];
  /** A pile that comes back has forgotten what it was told. */
  readonly tellAgain: (pile: PileMemory) => void;
  readonly close: () => void;
}

export function powerLimits(room: () => SiteRoom): PowerLimits {
  const limits = new Map<string, WantedLimit>();
  const timers = new Map<string, () => void>();

  const tell = ({ pileNo, connectorNo, maxW, untilMono }: WantedLimit): void => {
    const leftS = Math.ceil((untilMono - room().clock.monoMs()) / 1_000);
    const validSeconds = Math.max(1, Math.min(VALID_S, leftS));
    room().piles.get(pileNo)?.link?.send({ do: 'limitPower', connectorNo, maxW, validSeconds });
  };

  /** One look after a limit has had its time, then at each renewal. */
  const verify = (limit: WantedLimit): void => {
    const { pileNo, connectorNo, maxW } = limit;
    const pile = room().piles.get(pileNo);
    if (pile === undefined || !pile.online || maxW === null) return;
    const drawn = drawnW(pile, connectorNo);
    if (drawn * 100 <= maxW * SLACK_PERCENT + SLACK_W * 100) return;
    raiseAlarm(room(), pile.known.vendor, {
      code: 'limit-ignored',
      pileNo,
      text: `The pile draws ${Math.round(drawn)} W, its limit is ${maxW} W (connector ${connectorNo ?? 'all'}).`,
    });
  };

  const tend = (key: string, ms: number): void => {
    timers.get(key)?.();
    timers.set(
      key,
      room().timers.after(ms, () => {
        const limit = limits.get(key);
        if (limit === undefined) return;
        verify(limit);
        if (limit.untilMono <= room().clock.monoMs()) {
          limits.delete(key);
          timers.delete(key);
          return;
        }
        tell(limit);
        tend(key, RENEW_MS);
      }),
    );
  };

  return {
    want(limit) {
      const key = keyOf(limit);
      limits.set(key, limit);
      tell(limit);
      tend(key, VERIFY_MS);
    },
    wanted: () => [...limits.values()],
    tellAgain({ known: { pileNo } }) {
      for (const limit of limits.values()) if (limit.pileNo === pileNo) tell(limit);
    },
    close() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
