import type { Timers } from '../../ports/clock.ts';
import type { LineEvents, LineLogin, Transport } from '../../ports/transport.ts';

/** How badly the broker and the lines to it behave; 0 everywhere is a good one. */
export interface Faults {
  readonly lostPercent: number;
  readonly doubledPercent: number;
  readonly delayMs: number;
}
export const NO_FAULTS: Faults = { lostPercent: 0, doubledPercent: 0, delayMs: 0 };

/** A broker in virtual time, between fake lines and whatever plays the hub. */
export interface FakeBroker {
  /** The way of one box; two boxes may have the same identity. */
  readonly transport: () => Transport;
  readonly toSite: (
    to: { readonly vendor: string; readonly siteId: string },
    from: 'answer' | 'command',
    payload: Uint8Array,
  ) => void;
  /** Breaks every connection; wills are sent. */
  readonly cut: () => void;
  /** While it is down, connections fail and nothing is carried. */
  readonly setDown: (down: boolean) => void;
  readonly setFaults: (faults: Faults) => void;
  readonly refuseLogins: (refuse: boolean) => void;
  readonly connections: () => number;
  /** Connections that were asked for, successful or not. */
  readonly attempts: () => number;
}

interface FakeLine {
  readonly login: LineLogin;
  readonly events: LineEvents;
  open: boolean;
}

export interface FakeBrokerOptions {
  readonly timers: Timers;
  readonly random: () => number;
  readonly toHub: (
    from: { readonly vendor: string; readonly siteId: string },
    topic: string,
    payload: Uint8Array,
  ) => void;
}

const LATENCY_MS = 5;

export function fakeBroker({ timers, random, toHub }: FakeBrokerOptions): FakeBroker {
  const lines = new Map<string, FakeLine>();
  let isDown = false;
  let refusesLogins = false;
  let faults = NO_FAULTS;
  let attempts = 0;

  const nameOf = ({ vendor, siteId }: LineLogin): string => `${vendor}:${siteId}`;
  const chance = (percent: number): boolean => random() * 100 < percent;

  /** A message on its way: once, twice or never, sooner or later. */
  function carry(deliver: () => void): void {
    if (isDown || chance(faults.lostPercent)) return;
    const copies = chance(faults.doubledPercent) ? 2 : 1;
    for (let n = 0; n < copies; n += 1) {
      timers.after(LATENCY_MS + Math.floor(random() * faults.delayMs), deliver);
    }
  }

  function toHubLater({ vendor, siteId }: LineLogin, topic: string, payload: Uint8Array): void {
    carry(() => {
      if (!isDown) toHub({ vendor, siteId }, topic, payload);
    });
  }

  function breakLine(line: FakeLine, detail: string): void {
    if (!line.open) return;
    line.open = false;
    if (lines.get(nameOf(line.login)) === line) lines.delete(nameOf(line.login));
    toHubLater(line.login, `p/${line.login.siteId}`, line.login.will);
    timers.after(LATENCY_MS, () => line.events.onClosed('network', detail));
  }

  function accept(line: FakeLine): void {
    const before = lines.get(nameOf(line.login));
    if (before !== undefined) breakLine(before, 'taken over');
    line.open = true;
    lines.set(nameOf(line.login), line);
    line.events.onOpen();
  }

  function connect(login: LineLogin, events: LineEvents) {
    const line: FakeLine = { login, events, open: false };
    let isWanted = true;
    attempts += 1;
    timers.after(LATENCY_MS, () => {
      if (!isWanted) return;
      if (isDown) events.onClosed('network', 'unreachable');
      else if (refusesLogins) events.onClosed('login-refused', 'bad password');
      else accept(line);
    });
    return {
      publish: (topic: string, payload: Uint8Array) => {
        if (line.open) toHubLater(login, topic, payload);
        // A PUBACK proves nothing, so it comes also for what is lost.
        return new Promise<void>((done) => {
          timers.after(LATENCY_MS, done);
        });
      },
      close: () => {
        isWanted = false;
        line.open = false;
        if (lines.get(nameOf(login)) === line) lines.delete(nameOf(login));
      },
    };
  }

  return {
    transport: () => ({ connect }),
    toSite: ({ vendor, siteId }, from, payload) => {
      carry(() => lines.get(`${vendor}:${siteId}`)?.events.onMessage(from, payload));
    },
    cut: () => {
      for (const line of [...lines.values()]) breakLine(line, 'cut');
    },
    setDown: (down) => {
      isDown = down;
      if (down) for (const line of [...lines.values()]) breakLine(line, 'broker gone');
    },
    setFaults: (given) => {
      faults = given;
    },
    refuseLogins: (refuse) => {
      refusesLogins = refuse;
    },
    connections: () => lines.size,
    attempts: () => attempts,
  };
}
