import { LANES, type LaneName } from '@holdfast/shared/sync/lanes';
import { type DayChain, type Hello, TOPICS } from '@holdfast/shared/sync/messages';
import { batchText } from '@holdfast/shared/sync/wire';
import type { Line } from '../ports/transport.ts';
import type { RaiseAlarm } from './alarms.ts';
import type { Deletions } from './deletions.ts';
import { goneOf, helloOf } from './hello.ts';
import { BY_IMPORTANCE } from './lane-policy.ts';
import * as links from './link.ts';
import { sliceOf } from './outbox-slice.ts';
import type { SyncParts } from './parts.ts';
import { counted, type Rate } from './rate.ts';
import type { CheckStatus } from './status.ts';
import * as streams from './stream.ts';
import { type Uplink, uplink } from './uplink.ts';

/*
 * Runs what the pure machines decide, for one vendor's connection: the only code of sync that touches
 * the line, the ledger and the timers.
 */

/** A connection and the one HELLO that counts on it. */
export interface Connection {
  readonly id: string;
  readonly line: Line;
  readonly uplink: Uplink;
  helloAtMs: number;
  /** What the HELLO said of each lane. */
  told: ReadonlyMap<LaneName, Hello['streams'][number]>;
}

export interface Session {
  readonly epoch: number;
  readonly sessionNo: number;
  readonly proto: number;
}

export interface Engine {
  readonly parts: SyncParts;
  readonly vendor: string;
  readonly raise: RaiseAlarm;
  readonly deletions: Deletions;
  /** The store that the present one was minted from, as long as this process remembers. */
  readonly replaces: () => string | undefined;
  /** Whether chains that differ at a WELCOME may lead to a new store identity. */
  readonly mayDoubt: () => boolean;
  /** Asks for a new store identity. */
  readonly onMint: () => void;
  readonly onMessage: (from: 'answer' | 'command', payload: Uint8Array) => void;
  readonly senders: Map<LaneName, streams.Sender>;
  readonly checks: Map<LaneName, CheckStatus>;
  readonly rates: Map<LaneName, Rate>;
  link: links.Link;
  connection: Connection | undefined;
  session: Session | undefined;
  problem: links.LinkAlarm | undefined;
  lastError: string | undefined;
  cancelWake: () => void;
}

/** A lane that misses so many answers in a row needs a person. */
const STUCK_MISSES = 10;

export const momentOf = ({ parts }: Engine): streams.Moment => ({
  nowMs: parts.clock.monoMs(),
  random: parts.random,
});

const siteIdOf = ({ parts }: Engine): string => parts.ledger.identity().siteId;

const utf8 = new TextEncoder();
export const bytesOf = (message: object): Uint8Array => utf8.encode(JSON.stringify(message));

/** Takes a step of the connection and does what it asks for. */
export function runLink(engine: Engine, step: links.LinkStep): void {
  engine.link = step.link;
  for (const effect of step.effects) {
    if (effect.do === 'connect') connect(engine);
    if (effect.do === 'disconnect') leave(engine);
    if (effect.do === 'hello') void sayHello(engine);
    if (effect.do === 'mint') engine.onMint();
    if (effect.do === 'alarm') {
      engine.problem = effect.code;
      engine.raise(effect.code, effect.text);
    }
  }
  settle(engine);
}

function connect(engine: Engine): void {
  const { parts, vendor } = engine;
  const part = () => Math.floor(parts.random() * 2 ** 40).toString(36);
  const id = `${part()}-${part()}`;
  const identity = parts.ledger.identity();
  const isCurrent = (): boolean => engine.connection?.id === id;
  const line = parts.transport.connect(
    { siteId: identity.siteId, vendor, will: bytesOf(goneOf(identity, id)) },
    {
      onOpen: () => {
        if (!isCurrent()) return;
        parts.log.info({ vendor }, 'sync-connected');
        runLink(engine, links.connected(engine.link, momentOf(engine), parts.link));
      },
      onMessage: (from, payload) => {
        if (isCurrent()) engine.onMessage(from, payload);
      },
      onClosed: (cause, detail) => {
        if (!isCurrent()) return;
        engine.connection = undefined;
        engine.lastError = detail;
        parts.log.info({ vendor, cause, detail }, 'sync-connection-closed');
        endSession(engine);
        runLink(engine, links.closed(engine.link, cause, momentOf(engine), parts.link));
      },
    },
  );
  const up = uplink(line, parts.pack, () => {
    if (isCurrent()) settle(engine);
  });
  engine.connection = { id, line, uplink: up, helloAtMs: 0, told: new Map() };
}

/** Says goodbye, so that the hub need not wait for the broker to notice. */
function leave(engine: Engine): void {
  const { connection, parts } = engine;
  engine.connection = undefined;
  endSession(engine);
  if (connection === undefined) return;
  const { siteId } = parts.ledger.identity();
  const gone = goneOf(parts.ledger.identity(), connection.id);
  void connection.line.publish(TOPICS.presence(siteId), bytesOf(gone), 0);
  connection.line.close();
}

function endSession(engine: Engine): void {
  engine.session = undefined;
  for (const [lane, sender] of engine.senders) engine.senders.set(lane, streams.closed(sender));
}

async function sayHello(engine: Engine): Promise<void> {
  const { parts, vendor, connection } = engine;
  const { ledger, clock, software, log } = parts;
  try {
    const stored = await ledger.streams();
    if (connection === undefined || engine.connection !== connection) return;
    const told = { vendor, link: connection.id, software, clock: clock.reading() };
    const hello = helloOf(ledger.identity(), stored, { ...told, replaces: engine.replaces() });
    connection.helloAtMs = clock.monoMs();
    connection.told = new Map(hello.streams.map((stream) => [stream.lane, stream]));
    await connection.line.publish(TOPICS.presence(hello.siteId), bytesOf(hello), 1);
  } catch (error) {
    // The timer of the greeting says it again.
    log.error({ vendor, err: error }, 'sync-hello-failed');
  }
}

/** Takes a step of one stream and does what it asks for; `settle` is the caller's. */
export function runSender(engine: Engine, lane: LaneName, step: streams.SenderStep): void {
  engine.senders.set(lane, step.sender);
  const { nowMs } = momentOf(engine);
  for (const effect of step.effects) {
    if (effect.do === 'read') void read(engine, lane, effect);
    if (effect.do === 'acknowledge' && effect.watermark > 0) {
      engine.deletions.covered(lane, effect.watermark);
      const rate = engine.rates.get(lane);
      if (rate !== undefined) engine.rates.set(lane, counted(rate, effect.events, nowMs));
    }
    if (effect.do === 'compare') compare(engine, lane, effect.own, effect.hub);
    if (effect.do === 'missed') missed(engine, lane, effect.misses);
  }
}

async function read(
  engine: Engine,
  lane: LaneName,
  { turn, after, events, bytes }: Extract<streams.SenderEffect, { do: 'read' }>,
): Promise<void> {
  const { parts, vendor, senders } = engine;
  const sender = () => senders.get(lane) ?? streams.newSender(lane);
  try {
    const found = await parts.ledger.outbox({ vendor, lane }, after, { events, bytes });
    const slice = sliceOf(found, after, { events, bytes });
    runSender(engine, lane, streams.sliceRead(sender(), turn, slice, momentOf(engine)));
  } catch (error) {
    parts.log.error({ vendor, lane, err: error }, 'sync-read-failed');
    senders.set(lane, streams.readFailed(sender(), turn, momentOf(engine)));
  }
  settle(engine);
}

function compare(engine: Engine, lane: LaneName, own: DayChain, hub: DayChain): void {
  const equal = own.count === hub.count && own.hash === hub.hash;
  const { day } = own;
  engine.checks.set(lane, { day, ownCount: own.count, hubCount: hub.count, equal });
  if (equal) return;
  const text = `lane ${lane}, ${day}: the hub has counted ${hub.count} events, this edge ${own.count}`;
  engine.raise('sync-books-differ', text);
}

function missed({ parts, vendor, raise }: Engine, lane: LaneName, misses: number): void {
  parts.log.debug({ vendor, lane, misses }, 'sync-answer-missed');
  if (misses !== STUCK_MISSES) return;
  raise('sync-lane-stuck', `lane ${lane}: the hub has not answered ${misses} times in a row`);
}

/** The most important lane that may send; a more important one that is about to is waited for. */
export function nextLane(senders: ReadonlyMap<LaneName, streams.Sender>): LaneName | undefined {
  for (const lane of BY_IMPORTANCE) {
    const sender = senders.get(lane);
    if (sender === undefined) continue;
    if (streams.canSend(sender)) return lane;
    if (streams.isAboutToSend(sender)) return undefined;
  }
  return undefined;
}

function sendAll(engine: Engine): void {
  const { connection, session, senders, vendor, parts } = engine;
  if (connection === undefined || session === undefined) return;
  while (connection.uplink.hasRoom()) {
    const lane = nextLane(senders);
    const sender = lane && senders.get(lane);
    if (lane === undefined || sender === undefined || sender?.ready === null) return;
    const { prev, last, gaps, check, rows } = sender.ready;
    const head = {
      v: session.proto,
      vendor,
      lane,
      epoch: session.epoch,
      sessionNo: session.sessionNo,
      prev,
      last,
      clock: parts.clock.reading(),
      ...(gaps.length === 0 ? {} : { gaps }),
      ...(check === undefined ? {} : { check }),
    };
    connection.uplink.send(TOPICS.uplink(siteIdOf(engine), LANES[lane]), batchText(head, rows));
    runSender(engine, lane, streams.sentNow(sender, momentOf(engine)));
  }
}

/** Sends what may go and sets the one timer to the next thing that is due. */
export function settle(engine: Engine): void {
  sendAll(engine);
  const { parts, link, senders } = engine;
  const wakes = [link.wakeAtMs ?? undefined, ...[...senders.values()].map(streams.wakeAtMs)];
  const set = wakes.filter((ms) => ms !== undefined);
  engine.cancelWake();
  engine.cancelWake = () => {};
  if (set.length === 0) return;
  const inMs = Math.max(0, Math.ceil(Math.min(...set) - parts.clock.monoMs()));
  engine.cancelWake = parts.timers.after(inMs, () => wake(engine));
}

function wake(engine: Engine): void {
  const moment = momentOf(engine);
  for (const [lane, sender] of engine.senders) {
    if ((streams.wakeAtMs(sender) ?? Number.POSITIVE_INFINITY) > moment.nowMs) continue;
    runSender(engine, lane, streams.ticked(sender, moment));
  }
  runLink(engine, links.ticked(engine.link, moment, engine.parts.link));
}
