import { connect, type Socket } from 'node:net';
import { seqOf, type YkcKnown, ykc } from '@holdfast/protocols/ykc/codec';
import { energyStep, moneyStep } from '@holdfast/shared/units';

/** Piles as seen from the wire: they log in, then send a mix of heartbeats and telemetry. */
export interface Load {
  /** Sends frames at a steady rate for a while; resolves with the latencies of the answers, in ms. */
  readonly run: (framesPerSecond: number, seconds: number) => Promise<readonly number[]>;
  readonly close: () => void;
}

interface Pile {
  readonly socket: Socket;
  readonly pileNo: string;
  sentAt: number;
}

const TICK_MS = 5;
/** Connections that are opened at a time. */
const OPENING = 250;
const CONNECT_MS = 120_000;

const pileNoOf = (n: number): string => `3201${String(n).padStart(10, '0')}`;

const login = (pileNo: string): YkcKnown<'pile'> => ({
  name: 'login',
  seq: '0000',
  body: {
    pileNo,
    pileType: 'dc',
    gunCount: 1,
    protocolVersion: 0x10,
    firmware: 'V2.4.1',
    networkType: 'sim',
    iccid: '89860000000000000000',
    carrier: 'mobile',
  },
});

const heartbeat = (pileNo: string, seq: string): YkcKnown<'pile'> => ({
  name: 'heartbeat',
  seq,
  body: { pileNo, gunNo: '01', gunStatus: 'normal' },
});

const realtime = (pileNo: string, seq: string): YkcKnown<'pile'> => ({
  name: 'realtime',
  seq,
  body: {
    tradeNo: `${pileNo}01${'2511221200000001'}`,
    pileNo,
    gunNo: '01',
    status: 'charging',
    gunHomed: 'no',
    plugged: 'yes',
    voltage: 6_000,
    current: 1_000,
    cableTemp: 35,
    cableCode: '0'.repeat(16),
    soc: 50,
    batteryMaxTemp: 30,
    chargedMinutes: 10,
    remainMinutes: 20,
    energy: energyStep(100_000n),
    lossEnergy: energyStep(100_000n),
    amount: moneyStep(110_000n),
    faultBits: 0,
  },
});

const bmsInfo = (pileNo: string, seq: string): YkcKnown<'pile'> => ({
  name: 'bmsInfo',
  seq,
  body: {
    tradeNo: `${pileNo}01${'2511221200000001'}`,
    pileNo,
    gunNo: '01',
    maxCellNo: 1,
    maxTemp: 30,
    maxTempPoint: 1,
    minTemp: 25,
    minTempPoint: 2,
    flags1: 0,
    flags2: 16,
  },
});

/** Half of the frames are heartbeats, which are answered; the rest is telemetry, which is not. */
const MIX = [heartbeat, realtime, heartbeat, bmsInfo] as const;

/** Opens one connection and logs in; resolves with the first bytes of the answer. */
function open(port: number, n: number): Promise<Pile> {
  const pileNo = pileNoOf(n);
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => socket.write(ykc.encode(login(pileNo))));
    socket.once('data', () => {
      socket.off('error', reject);
      // As a pile does after its login: what its gun is, and what it does.
      socket.write(ykc.encode(heartbeat(pileNo, '0100')));
      socket.write(ykc.encode(realtime(pileNo, '0200')));
      resolve({ socket, pileNo, sentAt: 0 });
    });
  });
}

async function openAll(port: number, count: number): Promise<readonly Pile[]> {
  const piles: Pile[] = [];
  const deadline = performance.now() + CONNECT_MS;
  while (piles.length < count && performance.now() < deadline) {
    const some = Math.min(OPENING, count - piles.length);
    const opened = Array.from({ length: some }, (_, i) => open(port, piles.length + i));
    piles.push(...(await Promise.all(opened)));
  }
  return piles;
}

/** Connects `count` piles to a server on this machine. */
export async function openLoad(port: number, count: number): Promise<Load> {
  const piles = await openAll(port, count);
  let latencies: number[] = [];
  for (const pile of piles) {
    pile.socket.on('error', () => undefined);
    pile.socket.on('data', () => {
      if (pile.sentAt === 0) return;
      latencies.push(performance.now() - pile.sentAt);
      pile.sentAt = 0;
    });
  }
  let turn = 0;
  const sendOne = (): void => {
    const pile = piles[turn % piles.length];
    // One turn later each pile sends the next kind of the mix.
    const make = MIX[(turn + Math.floor(turn / piles.length)) % MIX.length];
    turn += 1;
    if (pile === undefined || make === undefined) return;
    const bytes = ykc.encode(make(pile.pileNo, seqOf(turn)));
    if (make === heartbeat) pile.sentAt = performance.now();
    pile.socket.write(bytes);
  };
  return {
    run(framesPerSecond, seconds) {
      latencies = [];
      const from = performance.now();
      let sent = 0;
      return new Promise((resolve) => {
        const ticker = setInterval(() => {
          const gone = Math.min(performance.now() - from, seconds * 1_000);
          for (const due = Math.floor((gone * framesPerSecond) / 1_000); sent < due; sent += 1) {
            sendOne();
          }
          if (gone < seconds * 1_000) return;
          clearInterval(ticker);
          resolve(latencies);
        }, TICK_MS);
      });
    },
    close: () => {
      for (const { socket } of piles) socket.destroy();
    },
  };
}
