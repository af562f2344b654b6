import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { calmIdentity } from './hostile-kinds.ts';
import { percentile } from './statistics.ts';

/*
 * Well-behaved stations in a process of their own: each calls at a steady rate, whatever becomes of the
 * others, and waits for no answer before its next call is due.
 */

export interface CalmOptions {
  readonly port: number;
  readonly stations: number;
  /** Between two calls of a station. */
  readonly everyMs: number;
}

export interface CalmReport {
  readonly answered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Errors, and calls that were never answered. */
  readonly failed: number;
  /** Stations that have lost their connection. */
  readonly lost: number;
}

const PATIENCE_MS = 5_000;

const options = JSON.parse(process.argv[2] ?? '{}') as CalmOptions;
const sentAt = new Map<string, number>();
let latencies: number[] = [];
let failed = 0;
let lost = 0;
let calls = 0;

function heard(socket: WebSocket, [type, id]: readonly unknown[]): void {
  if (type === 2) {
    socket.send(JSON.stringify([4, id, 'NotImplemented', '', {}]));
    return;
  }
  const at = sentAt.get(String(id));
  if (at === undefined) return;
  sentAt.delete(String(id));
  latencies.push(performance.now() - at);
  if (type === 4) failed += 1;
}

async function open(n: number): Promise<void> {
  const url = `ws://127.0.0.1:${options.port}/ocpp/${calmIdentity(n)}`;
  const socket = new WebSocket(url, 'ocpp1.6', { perMessageDeflate: false });
  socket.on('message', (data) => heard(socket, JSON.parse(String(data))));
  socket.on('close', () => {
    lost += 1;
  });
  await new Promise((opened, refused) => {
    socket.once('open', opened);
    socket.once('error', refused);
  });
  socket.on('error', () => undefined);
  await pause((n * options.everyMs) / options.stations);
  setInterval(() => {
    calls += 1;
    sentAt.set(String(calls), performance.now());
    socket.send(JSON.stringify([2, String(calls), 'Heartbeat', {}]));
  }, options.everyMs);
}

/** Latencies of the calls that are answered within the next seconds. */
async function measure(seconds: number): Promise<CalmReport> {
  latencies = [];
  failed = 0;
  await pause(seconds * 1_000);
  const now = performance.now();
  const late = [...sentAt].filter(([, at]) => now - at > PATIENCE_MS);
  for (const [id] of late) sentAt.delete(id);
  return {
    answered: latencies.length,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    longestMs: percentile(latencies, 1),
    failed: failed + late.length,
    lost,
  };
}

process.on('disconnect', () => process.exit());
process.on('message', ({ seconds }: { readonly seconds: number }) => {
  void measure(seconds).then((report) => process.send?.(report));
});
await Promise.all(Array.from({ length: options.stations }, (_, n) => open(n)));
process.send?.({ at: 'open' });
