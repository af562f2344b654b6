import { existsSync } from 'node:fs';
import type { ClockQuality, ClockReading } from '@holdfast/shared/sync/messages';
import type { Clock, Timers } from '../ports/clock.ts';

/** A step of more than this is told ([SYNC-9]). */
const STEP_MS = 2_000;
/** An answer of the hub that took longer says too little of its time. */
const LONGEST_RTT_MS = 5_000;
/** No machine of ours was built before; an earlier clock has never been set. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** systemd-timesyncd and chrony's helper leave this file once the clock is synchronised. */
const NTP_MARK = '/run/systemd/timesync/synchronized';

/** The machine's own clocks, so that tests can have others. */
export interface MachineClock {
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  /** Something on this machine keeps the wall clock right. */
  readonly isSynced: () => boolean;
}

export const machineClock: MachineClock = {
  wallMs: () => Date.now(),
  monoMs: () => performance.now(),
  isSynced: () => existsSync(NTP_MARK),
};

export interface ClockStep {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SystemClock extends Clock {
  /** The hub's time as an answer brought it, and how long question and answer took together. */
  readonly learnHubTime: (hubMs: number, rttMs: number) => void;
  /** The hub's time now; our own while the hub has never spoken. */
  readonly hubNowMs: () => number;
  /** Ours minus the hub's, milliseconds; `null`: not known. */
  readonly hubOffsetMs: () => number | null;
  /** Looks for steps and at the quality; the shell calls it every second or so. */
  readonly look: () => void;
  readonly onStepped: (listener: (step: ClockStep) => void) => void;
}

interface HubTime {
  readonly hubMs: number;
  readonly atMono: number;
  readonly rttMs: number;
}

/** An old answer is worth less: drift is taken as 50 ppm, so a slower but newer one can be better. */
const errorOf = ({ rttMs, atMono }: HubTime, monoMs: number): number =>
  rttMs / 2 + (monoMs - atMono) * 50e-6;

/**
 * [SYNC-9] Wall time that never goes back: not behind the last time that was saved, and not when the
 * machine's clock is set back. Where it is ahead of what is true it goes at half speed until they meet,
 * so times still differ and still come in order.
 */
export function systemClock(
  bootNo: number,
  saved: ClockReading | undefined,
  machine: MachineClock = machineClock,
): SystemClock {
  const startMono = machine.monoMs();
  const monoMs = (): number => machine.monoMs() - startMono;
  const listeners: ((step: ClockStep) => void)[] = [];
  let last = { wallMs: saved?.wallMs ?? 0, monoMs: 0 };
  let hub: HubTime | undefined;
  let synced = machine.isSynced();
  /** Added to the machine's clock, which nothing keeps right here. */
  let correctionMs = 0;
  let looked: { wallMs: number; monoMs: number } | undefined;

  const truth = (): number => machine.wallMs() + correctionMs;

  function nowMs(): number {
    const mono = monoMs();
    const wallMs = Math.max(truth(), last.wallMs + (mono - last.monoMs) / 2);
    last = { wallMs, monoMs: mono };
    return Math.floor(wallMs);
  }

  const hubNowMs = (): number =>
    hub === undefined ? nowMs() : Math.round(hub.hubMs + monoMs() - hub.atMono);

  const hubOffsetMs = (): number | null =>
    hub === undefined ? null : Math.round(nowMs() - hubNowMs());

  function quality(): ClockQuality {
    // Ahead of what is true, or never set: nobody should rely on it.
    if (nowMs() - truth() > STEP_MS || nowMs() < EARLIEST_MS) return 0;
    if (synced) return 2;
    const offset = hubOffsetMs();
    return offset !== null && Math.abs(offset) <= STEP_MS ? 2 : 1;
  }

  /** Where nothing else keeps the clock right, the hub does, as far as it is off by a step. */
  function correct(): void {
    if (synced) {
      correctionMs = 0;
      return;
    }
    if (hub !== undefined && Math.abs(hubNowMs() - truth()) > STEP_MS) {
      correctionMs += hubNowMs() - truth();
    }
  }

  function look(): void {
    synced = machine.isSynced();
    correct();
    const now = { wallMs: truth(), monoMs: monoMs() };
    const before = looked;
    looked = now;
    if (before === undefined) return;
    const expected = before.wallMs + (now.monoMs - before.monoMs);
    if (Math.abs(now.wallMs - expected) <= STEP_MS) return;
    const step = { fromMs: Math.round(expected), toMs: Math.round(now.wallMs) };
    for (const listener of listeners) listener(step);
  }
  look();

  return {
    nowMs,
    monoMs,
    reading: () => ({ wallMs: nowMs(), monoMs: Math.round(monoMs()), bootNo, quality: quality() }),
    learnHubTime(hubMs, rttMs) {
      if (!Number.isFinite(hubMs) || rttMs < 0 || rttMs > LONGEST_RTT_MS) return;
      const mono = monoMs();
      const heard = { hubMs: hubMs + rttMs / 2, atMono: mono, rttMs };
      if (hub === undefined || errorOf(heard, mono) <= errorOf(hub, mono)) hub = heard;
      look();
    },
    hubNowMs,
    hubOffsetMs,
    look,
    onStepped: (listener) => void listeners.push(listener),
  };
}

/** Timers of the machine. */
export const systemTimers: Timers = {
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
