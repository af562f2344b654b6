import { connect, type Socket } from 'node:net';
import { percentile } from './statistics.ts';

/*
 * Stations as seen from the wire, in a process of their own: each sends its next call as soon as the
 * last is answered. Sockets and frames are made by hand, so that the servers are what is measured.
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
/** A mask of zeros: as valid as any other, and the payload stays as it is. */
const MASK = Buffer.alloc(4);
const TEXT = 0x81;
const ID_DIGITS = 10;

/** One masked text frame; all are shorter than 64 kB. */
function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.of(TEXT, 0x80 | body.length)
      : Buffer.of(TEXT, 0x80 | 126, body.length >> 8, body.length & 0xff);
  return Buffer.concat([head, MASK, body]);
}

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

export const identityOfStation = (n: number): string => `BENCH-${String(n).padStart(6, '0')}`;

let calls = 0;
let isOver = false;
let latencies: number[] = [];
let errors = 0;

class Station {
  readonly #socket: Socket;
  readonly #options: OcppLoadOptions;
  #bytes: Buffer = Buffer.alloc(0);
  #turn = 0;
  #sentAt = 0;
  #transaction = 0;

  constructor(socket: Socket, options: OcppLoadOptions, n: number) {
    this.#socket = socket;
    this.#options = options;
    this.#turn = n;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  static open(options: OcppLoadOptions, n: number): Promise<Station> {
    const { port } = options;
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.write(
      [
        `GET /ocpp/${identityOfStation(n)} HTTP/1.1`,
        'Host: bench',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Protocol: ocpp1.6',
        '',
        '',
      ].join('\r\n'),
    );
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (head: Buffer) => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        if (!head.toString('latin1').startsWith('HTTP/1.1 101'))
          reject(new TypeError(String(head)));
        else resolve(new Station(socket, options, n));
      });
    });
  }

  say(action: string, payload: object): void {
    calls += 1;
    const id = String(calls).padStart(ID_DIGITS, '0');
    this.#sentAt = performance.now();
    this.#socket.write(frameOf(JSON.stringify([2, id, action, payload])));
  }

  next(): void {
    if (isOver || this.#options.kind === 'idle') return;
    this.#turn += 1;
    if (this.#options.kind === 'durable') this.#charge();
    else if (this.#turn % 2 === 0) this.say('Heartbeat', {});
    else this.say('MeterValues', meterValues());
  }

  close(): void {
    this.#socket.destroy();
  }

  #charge(): void {
    const timestamp = new Date().toISOString();
    if (this.#transaction === 0) {
      const who = { connectorId: 1, idTag: 'BENCH', meterStart: this.#turn };
      this.say('StartTransaction', { ...who, timestamp });
    } else {
      const transactionId = this.#transaction;
      this.#transaction = 0;
      this.say('StopTransaction', { transactionId, meterStop: this.#turn, timestamp });
    }
  }

  #read(chunk: Buffer): void {
    let bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (bytes.length >= 2) {
      const short = (bytes[1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : 2;
      if (bytes.length < head) break;
      const size = short === 126 ? bytes.readUInt16BE(2) : short;
      if (bytes.length < head + size) break;
      this.#frame(bytes[0] ?? 0, bytes.subarray(head, head + size));
      bytes = bytes.subarray(head + size);
    }
    this.#bytes = bytes;
  }

  #frame(head: number, body: Buffer): void {
    const opcode = head & 0x0f;
    if (opcode === 0x9) {
      this.#socket.write(Buffer.concat([Buffer.of(0x8a, 0x80 | body.length), MASK, body]));
      return;
    }
    if (opcode !== 0x1) return;
    const text = body.toString();
    // A call of theirs: the station says that it does not know it.
    if (text.startsWith('[2,')) {
      const id = /^\[2,("[^"]*")/.exec(text)?.[1] ?? '""';
      this.#socket.write(frameOf(`[4,${id},"NotImplemented","",{}]`));
      return;
    }
    if (text.startsWith('[4')) errors += 1;
    latencies.push(performance.now() - this.#sentAt);
    this.#transaction = Number(/"transactionId":(\d+)/.exec(text)?.[1] ?? this.#transaction);
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
