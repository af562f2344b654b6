import { WebSocket } from 'ws';
import { identityOfStation } from './ocpp-identity.ts';
import { percentile } from './statistics.ts';

/*
 * Stations in a process of their own, each a client of `ws` that sends its next call as soon as the
 * last is answered. They need a good part of the machine themselves, the same for each server.
 */

export interface OcppLoadOptions {
  readonly port: number;
  readonly sockets: number;
  /** `live`: heartbeats and meter values; `durable`: starts and stops; `idle`: only there. */
  readonly kind: 'live' | 'durable' | 'idle';
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export interface OcppLoadReport {
  readonly answered: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

const OPENING = 200;

const sample = (measurand: string, value: string, unit: string): object => ({
  value,
  measurand,
  unit,
  context: 'Sample.Periodic',
});
const meterValues = (): object => ({
  connectorId: 1,
  meterValue: [
    {
      timestamp: new Date().toISOString(),
      sampledValue: [
        sample('Energy.Active.Import.Register', '120345', 'Wh'),
        sample('Power.Active.Import', '7012', 'W'),
        sample('Voltage', '230.1', 'V'),
        sample('Current.Import', '31.9', 'A'),
      ],
    },
  ],
});

let calls = 0;
let isOver = false;
let latencies: number[] = [];
let errors = 0;

class Station {
  readonly #socket: WebSocket;
  readonly #options: OcppLoadOptions;
  #turn: number;
  #sentAt = 0;
  #transactionId: number | undefined;

  constructor(socket: WebSocket, options: OcppLoadOptions, n: number) {
    this.#socket = socket;
    this.#options = options;
    this.#turn = n;
    socket.on('message', (data) => this.#heard(JSON.parse(String(data))));
  }

  static open(options: OcppLoadOptions, n: number): Promise<Station> {
    const url = `ws://127.0.0.1:${options.port}/ocpp/${identityOfStation(n)}`;
    const socket = new WebSocket(url, 'ocpp1.6', { perMessageDeflate: false });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        resolve(new Station(socket, options, n));
      });
    });
  }

  next(): void {
    if (isOver || this.#options.kind === 'idle') return;
    this.#turn += 1;
    if (this.#options.kind === 'durable') this.#charge();
    else if (this.#turn % 2 === 0) this.#say('Heartbeat', {});
    else this.#say('MeterValues', meterValues());
  }

  #say(action: string, payload: object): void {
    calls += 1;
    this.#sentAt = performance.now();
    this.#socket.send(JSON.stringify([2, String(calls), action, payload]));
  }

  #charge(): void {
    const timestamp = new Date().toISOString();
    const transactionId = this.#transactionId;
    if (transactionId === undefined) {
      const who = { connectorId: 1, idTag: 'BENCH', meterStart: this.#turn };
      this.#say('StartTransaction', { ...who, timestamp });
      return;
    }
    this.#transactionId = undefined;
    this.#say('StopTransaction', { transactionId, meterStop: this.#turn, timestamp });
  }

  #heard([type, id, payload]: readonly unknown[]): void {
    // A call of theirs: the station says that it does not know it.
    if (type === 2) {
      this.#socket.send(JSON.stringify([4, id, 'NotImplemented', '', {}]));
      return;
    }
    if (type === 4) errors += 1;
    latencies.push(performance.now() - this.#sentAt);
    const given: unknown = typeof payload === 'object' && payload !== null ? payload : {};
    const { transactionId } = given as { readonly transactionId?: unknown };
    if (typeof transactionId === 'number') this.#transactionId = transactionId;
    this.next();
  }
}

async function openAll(options: OcppLoadOptions): Promise<readonly Station[]> {
  const stations: Station[] = [];
  while (stations.length < options.sockets) {
    const some = Math.min(OPENING, options.sockets - stations.length);
    const from = stations.length;
    const opened = Array.from({ length: some }, (_, i) => Station.open(options, from + i));
    stations.push(...(await Promise.all(opened)));
  }
  return stations;
}

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

const options = JSON.parse(process.argv[2] ?? '{}') as OcppLoadOptions;
process.on('disconnect', () => process.exit());
const stations = await openAll(options);
process.send?.({ at: 'open' });
for (const station of stations) station.next();
await pause(options.warmupSeconds);
latencies = [];
const from = performance.now();
await pause(options.seconds);
const seconds = (performance.now() - from) / 1_000;
isOver = true;
const report: OcppLoadReport = {
  answered: latencies.length,
  perSecond: latencies.length / seconds,
  p50Ms: percentile(latencies, 0.5),
  p99Ms: percentile(latencies, 0.99),
  errors,
};
process.send?.({ at: 'measured', report });
