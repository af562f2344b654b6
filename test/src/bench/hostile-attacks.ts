import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type AttackName, isAttackName, wildIdentity } from './hostile-kinds.ts';
import {
  bombFrame,
  first,
  openSocket,
  openWebSocket,
  textFrame,
  upgradeText,
} from './hostile-wire.ts';

/* One attack, in a process of its own, until it is killed. It comes from other addresses than the rest. */

const MIB = 1_048_576;
const BIG_BYTES = 10 * MIB;
const FRAMES_A_SECOND = 10;
const SLOW_SOCKETS = 400;
const SLOW_BYTE_MS = 1_000;
const FLAPPERS = 20;
const FLAP_MS = 60_000 / 50;
const PAIRS = 10;
const COMES_BACK_MS = 500;
const FLOOD_AT_ONCE = 1_000;

const [name = '', portText = ''] = process.argv.slice(2);
const port = Number(portText);
const addressOf = (n: number): string => `127.0.1.${n + 1}`;

/** Sends one frame on a new connection each time, at a steady rate. */
async function sendEach(frame: Buffer): Promise<void> {
  for (let n = 0; ; n += 1) {
    void openWebSocket(port, addressOf(n % 8), wildIdentity(n % 8)).then(async (socket) => {
      socket.write(frame);
      await Promise.race([first(socket), pause(2_000)]);
      socket.destroy();
    });
    await pause(1_000 / FRAMES_A_SECOND);
  }
}

/** A handshake that grows by a byte a second; begins again when it is ended. */
async function dawdle(n: number): Promise<void> {
  for (;;) {
    const socket = await openSocket(port, addressOf(n % 4));
    for (const byte of upgradeText(wildIdentity(0))) {
      if (socket.destroyed) break;
      socket.write(byte);
      await pause(SLOW_BYTE_MS);
    }
    await pause(COMES_BACK_MS);
  }
}

async function flap(n: number): Promise<void> {
  await pause((n * FLAP_MS) / FLAPPERS);
  for (;;) {
    const socket = await openWebSocket(port, addressOf(n), wildIdentity(n));
    socket.destroy();
    await pause(FLAP_MS);
  }
}

/** Answers pings, so that it counts as alive: a pong without a body, with a mask of zero. */
const PONG = Buffer.from('8a8000000000', 'hex');
const PING = 0x89;

function staysAlive(socket: Socket): void {
  socket.on('data', (chunk) => {
    if (chunk[0] === PING) socket.write(PONG);
  });
}

/** One of two that claim the same station, and come back whenever they lose it. */
async function twin(n: number, side: number): Promise<void> {
  for (;;) {
    const socket = await openWebSocket(port, addressOf(n * 2 + side), wildIdentity(n));
    staysAlive(socket);
    if (!socket.destroyed) await first(socket);
    await pause(COMES_BACK_MS);
  }
}

async function flood(): Promise<void> {
  const beats = Array.from({ length: FLOOD_AT_ONCE }, (_, n) =>
    textFrame(Buffer.from(`[2,"${n}","Heartbeat",{}]`)),
  );
  const many = Buffer.concat(beats);
  for (;;) {
    const socket = await openWebSocket(port, addressOf(0), wildIdentity(0));
    while (!socket.destroyed) {
      if (socket.write(many)) continue;
      await first(socket, 'drain');
    }
    await pause(COMES_BACK_MS);
  }
}

const all = (count: number, one: (n: number) => Promise<void>): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, n) => one(n)));

const RUN: Readonly<Record<AttackName, () => Promise<unknown>>> = {
  oversized: () => sendEach(textFrame(Buffer.alloc(BIG_BYTES, 'x'))),
  bombs: () => sendEach(bombFrame(BIG_BYTES)),
  slow: () => all(SLOW_SOCKETS, dawdle),
  flaps: () => all(FLAPPERS, flap),
  twins: () => all(PAIRS * 2, (n) => twin(Math.floor(n / 2), n % 2)),
  flood,
};

process.on('disconnect', () => process.exit());
if (!isAttackName(name)) throw new RangeError(`no attack is called "${name}"`);
process.send?.({ at: 'begun' });
await RUN[name]();
