import { writeSync } from 'node:fs';
import { openLedger } from '../open.ts';
import { connector, measured, NOON_MS, stream, uploadOf } from './fixtures.ts';

/*
 * A process to be killed: commits uploads, states and measurements as fast as it can and writes a line
 * for everything that it was promised: `upload <n>`, and `sent <lane> <seq> <atMs>` for what left.
 */
const [folder = '', first = '0'] = process.argv.slice(2);
const tell = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const ledger = await openLedger({ folder, siteId: 'S1', tendEveryMs: 0 });
let next = Number(first);

const upload = async (): Promise<void> => {
  for (;;) {
    const n = next++;
    await ledger.commit(uploadOf(n));
    tell(`upload ${n}`);
  }
};
const report = async (): Promise<void> => {
  for (;;) {
    const atMs = NOON_MS + next++;
    await ledger.commit({ changes: [], events: [connector(atMs % 5, atMs)] });
    await ledger.commitBulk([measured(atMs % 5, atMs)]);
  }
};
const send = async (lane: 'money' | 'state' | 'telemetry'): Promise<void> => {
  const limit = { events: 20, bytes: 1e6 };
  for (;;) {
    const { acked = 0 } = (await ledger.streams()).find((s) => s.stream.lane === lane) ?? {};
    const { rows } = await ledger.outbox(stream(lane), acked, limit);
    for (const { seq, atMs } of rows) tell(`sent ${lane} ${seq} ${atMs}`);
    const last = rows.at(-1);
    // Half of what was sent is acknowledged: the rest is in flight when the kill comes.
    if (last !== undefined && lane !== 'money') {
      await ledger.acknowledge(stream(lane), Math.floor((acked + last.seq) / 2));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
};

tell('open');
await Promise.all([
  ...Array.from({ length: 20 }, upload),
  report(),
  send('state'),
  send('telemetry'),
]);
