import { FaultError } from '@holdfast/shared/errors/fault';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { Command } from '@holdfast/shared/sync/commands';
import { decimalOf, fen } from '@holdfast/shared/units';
import type { OrderOpening } from '../orders/opening.ts';
import type { FrameCapture } from '../ports/captures.ts';
import type { OutgoingEvent } from '../ports/ledger.ts';
import type { PileCapability, PileLink } from '../ports/site.ts';
import { placeRefusal } from './authorise.ts';
import { tariffFor } from './prices.ts';
import { claimOf, isKeptFrom, usedUp } from './reservations.ts';
import type { News, PileMemory, SiteRoom } from './room.ts';
import { newOrderNo, placeOf, startReserve } from './starts.ts';
import { runStep } from './stepper.ts';

/** What became of a command at the pile; the desk makes the answer of it. */
export type Result =
  | { readonly outcome: 'done'; readonly orderNo?: string; readonly answer?: unknown }
  | {
      readonly outcome: 'refused';
      readonly reason: Refusal;
      readonly orderNo?: string;
      readonly answer?: unknown;
    }
  /** It was carried out, and the pile has not said what came of it. */
  | { readonly outcome: 'unknown'; readonly reason: string; readonly orderNo?: string };

const refused = (reason: Refusal, orderNo?: string): Result => ({
  outcome: 'refused',
  reason,
  ...(orderNo === undefined ? {} : { orderNo }),
});
const NO_ANSWER = 'no-answer';

interface Target {
  readonly pile: PileMemory;
  readonly link: PileLink;
}

function targetOf(room: SiteRoom, command: Command, needs?: PileCapability): Target | Refusal {
  const pile = room.piles.get(command.pileNo);
  if (pile === undefined || !pile.known.adopted) return 'pile-not-adopted';
  const { link } = pile;
  if (!pile.online || link === undefined) return 'device-offline';
  return needs === undefined || link.capabilities.includes(needs) ? { pile, link } : 'unknown';
}

/** Opens an order for a remote start; the number, or why there is none. */
async function openOrder(
  room: SiteRoom,
  pile: PileMemory,
  command: Command,
): Promise<string | { readonly refusal: Refusal }> {
  const { pileNo, connectorNo, start } = command;
  if (start === undefined) return { refusal: 'account-missing' };
  const inTheWay = placeRefusal(placeOf(room, pile, connectorNo), 'connector-busy');
  if (inTheWay !== undefined) return { refusal: inTheWay };
  const { account, cardNo: token = null } = start;
  const claim = claimOf(room, { pileNo, connectorNo }, { token, account });
  if (isKeptFrom(room, claim)) return { refusal: 'reserved' };
  const tariff = tariffFor(room, pileNo);
  if (tariff === undefined) return { refusal: 'no-tariff' };
  const balance = fen(decimalOf(start.balance, 2) ?? 0n);
  if (balance <= startReserve(room, pileNo, balance)) return { refusal: 'balance-low' };
  const { orderNo, change } = await newOrderNo(room, pileNo, connectorNo);
  const opening: OrderOpening = {
    orderNo,
    siteId: room.config.siteId,
    vendor: pile.known.vendor,
    pileNo,
    connectorNo,
    startMethod: 'remote',
    payer: { account, cardNo: token, vin: null },
    balance,
    tariff,
  };
  const used = usedUp(room, claim);
  const changes = [change, ...used.changes];
  await runStep(room, pile, null, { on: 'start-commanded', opening }, { changes });
  used.done();
  room.counts.starts += 1;
  return orderNo;
}

function startResult(orderNo: string, news: News | undefined): Result {
  if (news === undefined) return { outcome: 'unknown', reason: NO_ANSWER, orderNo };
  if (news.news === 'not-started') return refused(news.refusal, orderNo);
  return { outcome: 'done', orderNo };
}

async function start(room: SiteRoom, command: Command, timeoutMs: number): Promise<Result> {
  const target = targetOf(room, command, 'remote-start');
  if (typeof target === 'string') return refused(target);
  const { pile } = target;
  const opened = await pile.serial.run(async () => {
    const order = await openOrder(room, pile, command);
    if (typeof order !== 'string') return order;
    // Listening begins before the pile can answer: its words go through the same serial.
    return { orderNo: order, news: room.waits.next(`order ${order}`, timeoutMs) };
  });
  if ('refusal' in opened) return refused(opened.refusal);
  return startResult(opened.orderNo, await opened.news);
}

async function stop(room: SiteRoom, command: Command, timeoutMs: number): Promise<Result> {
  const target = targetOf(room, command, 'remote-stop');
  if (typeof target === 'string') return refused(target);
  const { pile } = target;
  const { pileNo, connectorNo } = command;
  const stopped = await pile.serial.run(async () => {
    const session = room.shelf.taking(pileNo, connectorNo);
    if (session === undefined) return undefined;
    const { orderNo } = session.order;
    const news = room.waits.next(`order ${orderNo}`, timeoutMs);
    await runStep(room, pile, session, { on: 'stop-commanded' });
    return { orderNo, news };
  });
  if (stopped === undefined) return refused('not-charging');
  const { orderNo } = stopped;
  const news = await stopped.news;
  if (news === undefined) return { outcome: 'unknown', reason: NO_ANSWER, orderNo };
  if (news.news === 'not-stopped') return refused(news.refusal, orderNo);
  return { outcome: 'done', orderNo };
}

async function answered(news: Promise<News | undefined>): Promise<Result> {
  const said = await news;
  if (said === undefined) return { outcome: 'unknown', reason: NO_ANSWER };
  const refusal = said.news === 'answered' ? said.refusal : null;
  return refusal === null ? { outcome: 'done' } : refused(refusal);
}

function read(room: SiteRoom, command: Command, timeoutMs: number): Promise<Result> {
  const target = targetOf(room, command);
  if (typeof target === 'string') return Promise.resolve(refused(target));
  const { pileNo, connectorNo } = command;
  const news = room.waits.next(`read ${pileNo}/${connectorNo}`, timeoutMs);
  target.link.send({ do: 'readNow', connectorNo });
  return answered(news);
}

function reboot(room: SiteRoom, command: Command, timeoutMs: number): Promise<Result> {
  const target = targetOf(room, command, 'reboot');
  if (typeof target === 'string') return Promise.resolve(refused(target));
  const news = room.waits.next(`reboot ${command.pileNo}`, timeoutMs);
  // A running charge goes on: the pile waits until it is idle.
  target.link.send({ do: 'reboot', whenIdle: true });
  return answered(news);
}

/** [SITE-5] An operation by its name; the pile's own words come back. */
async function operate(room: SiteRoom, command: Command, timeoutMs: number): Promise<Result> {
  const target = targetOf(room, command);
  if (typeof target === 'string') return refused(target);
  const { id: request, pileNo } = command;
  if (command.operate === undefined) return refused('unknown');
  const news = room.waits.next(`operate ${pileNo} ${request}`, timeoutMs);
  target.link.send({ do: 'operate', request, ...command.operate });
  const said = await news;
  if (said?.news !== 'operated' || said.outcome === 'unanswered') {
    return { outcome: 'unknown', reason: NO_ANSWER };
  }
  const { answer } = said;
  if (said.outcome === 'done') return { outcome: 'done', answer };
  return { outcome: 'refused', reason: 'pile-refused', answer };
}

/** [SITE-1] A limit is kept up by the site until its time is over. */
async function limit(room: SiteRoom, command: Command, timeoutMs: number): Promise<Result> {
  const target = targetOf(room, command, 'power-limit');
  if (typeof target === 'string') return refused(target);
  if (command.limit === undefined) return refused('unknown');
  const { pileNo, connectorNo } = command;
  const { maxW, seconds } = command.limit;
  const news = room.waits.next(`limitPower ${pileNo}/${connectorNo}`, timeoutMs);
  const undo = room.limits.want({
    pileNo,
    connectorNo: connectorNo === 0 ? null : connectorNo,
    maxW,
    untilMono: room.clock.monoMs() + seconds * 1_000,
  });
  const result = await answered(news);
  if (result.outcome === 'refused') undo();
  return result;
}

/** Frames in one event: well below the size that an event may have. */
const FRAMES_AN_EVENT = 64;

async function uploadFrames(
  room: SiteRoom,
  capture: FrameCapture,
  { pileNo, vendor }: Command,
): Promise<Result> {
  const frames = capture.frames(pileNo);
  const events: OutgoingEvent[] = [];
  for (let at = 0; at < frames.length; at += FRAMES_AN_EVENT) {
    const part = frames.slice(at, at + FRAMES_AN_EVENT);
    events.push({
      stream: { vendor, lane: 'frames' },
      event: { kind: 'FramesCaptured', pileNo, frames: part },
      atMs: room.clock.nowMs(),
    });
  }
  if (events.length > 0) await room.ledger.commitBulk(events);
  return { outcome: 'done' };
}

/** Carries a command out at the pile; resolves when its effect is known or the time is over. */
export async function execute(
  room: SiteRoom,
  capture: FrameCapture,
  command: Command,
  timeoutMs: number,
): Promise<Result> {
  try {
    switch (command.op) {
      case 'start':
        return await start(room, command, timeoutMs);
      case 'stop':
        return await stop(room, command, timeoutMs);
      case 'read':
        return await read(room, command, timeoutMs);
      case 'reboot':
        return await reboot(room, command, timeoutMs);
      case 'operate':
        return await operate(room, command, timeoutMs);
      case 'limit':
        return await limit(room, command, timeoutMs);
      case 'upload-frames':
        return await uploadFrames(room, capture, command);
      case 'cards':
        // What is for no pile is taken out before it comes here.
        return refused('unknown');
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    room.log.error({ pile: command.pileNo, command: command.id, err: error }, 'command-refused');
    return refused('ledger-full');
  }
}
