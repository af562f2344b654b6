import { connect, type Socket } from 'node:net';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { ykc } from '@holdfast/protocols/ykc/codec';
import {
  chargingFrame,
  heartbeatFrame,
  loginFrame,
  priceCheckFrame,
  startFrame,
} from './orders-frames.ts';

/** A pile of the order benchmark: one connection, logged in. */
export interface OrderPile {
  readonly pileNo: string;
  /** Starts a charge by card; resolves with the trade number, or `undefined` when it was refused. */
  readonly start: (gun: number) => Promise<string | undefined>;
  readonly heartbeat: () => void;
  readonly send: (frame: Uint8Array) => void;
  readonly close: () => void;
}

type Acknowledged = (tradeNo: string, stored: boolean) => void;

const LOGIN_ACK = 0x02;
const START_ACK = 0x32;
const ORDER_ACK = 0x40;
const TRADE_NO_BYTES = 16;
const HEADER = 6;

/** Whole frames out of what has come; the server's own frames are sound, so nothing is searched for. */
function splitter(onFrame: (type: number, frame: Uint8Array) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let at = 0;
    for (let end = 0; at + HEADER <= bytes.length; at = end) {
      end = at + 4 + (bytes[at + 1] ?? 0);
      if (end > bytes.length) break;
      onFrame(bytes[at + 5] ?? 0, bytes.subarray(at, end));
    }
    pending = Buffer.from(bytes.subarray(at));
  };
}

const tradeNoIn = (frame: Uint8Array): string => hexOf(frame, HEADER, TRADE_NO_BYTES);

function pileOn(socket: Socket, pileNo: string, starts: Map<string, (no?: string) => void>) {
  let beats = 0;
  return {
    pileNo,
    start: (gun: number) =>
      new Promise<string | undefined>((resolve) => {
        starts.set(`${gun}`.padStart(2, '0'), resolve);
        socket.write(startFrame(pileNo, gun));
      }),
    heartbeat() {
      beats += 1;
      socket.write(heartbeatFrame(pileNo, beats));
    },
    send: (frame: Uint8Array) => void socket.write(frame),
    close: () => socket.destroy(),
  };
}

/** Connects and logs in; rejects when the server refuses or drops the connection. */
export function openPile(
  port: number,
  pileNo: string,
  guns: number,
  onAcknowledged: Acknowledged,
): Promise<OrderPile> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const starts = new Map<string, (tradeNo?: string) => void>();
  return new Promise((resolve, reject) => {
    const pile = pileOn(socket, pileNo, starts);
    const onFrame = (type: number, frame: Uint8Array): void => {
      if (type === ORDER_ACK)
        onAcknowledged(tradeNoIn(frame), frame[HEADER + TRADE_NO_BYTES] === 0);
      else if (type === START_ACK) onStartAnswered(frame);
      else if (type === LOGIN_ACK) {
        socket.write(priceCheckFrame(pileNo));
        resolve(pile);
      }
    };
    const onStartAnswered = (frame: Uint8Array): void => {
      const message = ykc.read(frame);
      if (message.name !== 'startApplyAck') return;
      const { gunNo, tradeNo, authOk } = message.body;
      if (authOk === 'ok') socket.write(chargingFrame(pileNo, Number(gunNo), tradeNo));
      starts.get(gunNo)?.(authOk === 'ok' ? tradeNo : undefined);
    };
    socket.once('connect', () => socket.write(loginFrame(pileNo, guns)));
    socket.on('data', splitter(onFrame));
    socket.on('error', reject);
    socket.on('close', () => reject(new RangeError(`the server has dropped ${pileNo}`)));
  });
}
