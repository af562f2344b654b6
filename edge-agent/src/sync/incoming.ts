import { answerOf, commandMessageOf, type ReadCommand } from '@holdfast/shared/sync/check-message';
import type { CommandAnswer } from '@holdfast/shared/sync/commands';
import { LANES, type LaneName } from '@holdfast/shared/sync/lanes';
import { type Ack, type Refused, TOPICS, type Welcome } from '@holdfast/shared/sync/messages';
import { jsonOfMessage } from '@holdfast/shared/sync/wire';
import {
  bytesOf,
  type Connection,
  type Engine,
  momentOf,
  runLink,
  runSender,
  settle,
} from './engine.ts';
import { laneOfOtherHistory } from './history.ts';
import * as links from './link.ts';
import * as streams from './stream.ts';

const LANE_NAMES = Object.keys(LANES) as LaneName[];
const decoder = new TextDecoder();
const text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** What the hub says on `a/{site}`. */
export function takeAnswer(engine: Engine, payload: Uint8Array): void {
  const { parts, vendor } = engine;
  const json = jsonOfMessage(payload, { text });
  const read = json.ok ? answerOf(json.value) : json;
  if (!read.ok) {
    parts.log.warn({ vendor, reason: read.reason }, 'sync-answer-unreadable');
    return;
  }
  const { value } = read;
  if (value.type === 'welcome') takeWelcome(engine, value);
  if (value.type === 'refused') takeRefused(engine, value);
  if (value.type === 'ack') takeAck(engine, value);
}

/** An answer to another connection's HELLO, or to another store's, went astray. */
const isOurs = ({ connection, parts }: Engine, message: Welcome | Refused): boolean =>
  connection?.id === message.link && parts.ledger.identity().storeId === message.storeId;

function takeWelcome(engine: Engine, message: Welcome): void {
  const { parts, connection, session, link } = engine;
  if (connection === undefined || !isOurs(engine, message)) return;
  if (session !== undefined) {
    openSession(engine, message);
    return;
  }
  if (link.hellos === 1) {
    parts.clock.learnHubTime(message.hubMs, parts.clock.monoMs() - connection.helloAtMs);
  }
  const ahead = laneAhead(connection, message);
  if (ahead === undefined) void judgeWelcome(engine, connection, message);
  else takeRefused(engine, setBack(message, ahead, 'has numbers that are yet to be given out'));
}

/** The numbers fit; before anything is deleted by them, so must what they stand for. */
async function judgeWelcome(
  engine: Engine,
  connection: Connection,
  message: Welcome,
): Promise<void> {
  const { parts, vendor } = engine;
  const ackedOf = (lane: LaneName) => connection.told.get(lane)?.acked ?? 0;
  try {
    const lane = await laneOfOtherHistory(parts.ledger, vendor, message, ackedOf);
    if (engine.connection !== connection) return;
    if (lane === undefined || !engine.mayDoubt()) openSession(engine, message);
    else takeRefused(engine, setBack(message, lane, 'has other events under the same numbers'));
  } catch (error) {
    // The timer of the greeting asks for another WELCOME.
    parts.log.error({ vendor, err: error }, 'sync-history-unread');
  }
}

function openSession(engine: Engine, message: Welcome): void {
  const { parts, vendor, session } = engine;
  if (session !== undefined && message.sessionNo <= session.sessionNo) return;
  const moment = momentOf(engine);
  engine.link = links.welcomed(engine.link, message.spreadMs, moment);
  if (engine.link.phase !== 'open') return;
  const { epoch, sessionNo, proto } = message;
  parts.log.info({ vendor, epoch, sessionNo, proto }, 'sync-session-open');
  engine.session = { epoch, sessionNo, proto };
  engine.problem = undefined;
  engine.lastError = undefined;
  keepEpoch(engine, epoch);
  const given = new Map(message.streams.map((stream) => [stream.lane, stream]));
  for (const lane of LANE_NAMES) {
    const sender = engine.senders.get(lane) ?? streams.newSender(lane);
    const told = given.get(lane) ?? { watermark: 0 };
    // Within one connection a later WELCOME may have been overtaken by answers to batches.
    const watermark =
      session === undefined ? told.watermark : Math.max(told.watermark, sender.acked);
    runSender(engine, lane, streams.opened(sender, { ...told, watermark }, moment));
  }
  settle(engine);
}

/** A lane of which the hub has more than this store has given out: it met another history of it. */
const laneAhead = ({ told }: Connection, { streams: given }: Welcome): LaneName | undefined =>
  given.find(({ lane, watermark }) => watermark >= (told.get(lane)?.next ?? 1))?.lane;

const setBack = ({ storeId, link }: Welcome, lane: LaneName, what: string): Refused => ({
  type: 'refused',
  storeId,
  link,
  reason: 'regressed',
  text: `lane ${lane}: the hub ${what}: this store was set back or copied`,
  retryAfterMs: 0,
});

function keepEpoch({ parts, vendor }: Engine, epoch: number): void {
  const { ledger, log } = parts;
  if (epoch <= ledger.identity().epoch) return;
  ledger.setEpoch(epoch).catch((error: unknown) => {
    log.error({ vendor, epoch, err: error }, 'sync-epoch-not-stored');
  });
}

function takeRefused(engine: Engine, message: Refused): void {
  const { parts, vendor, link } = engine;
  if (!isOurs(engine, message)) return;
  parts.log.warn({ vendor, reason: message.reason, text: message.text }, 'sync-refused');
  engine.lastError = `${message.reason}: ${message.text}`;
  runLink(engine, links.refused(link, message, momentOf(engine), parts.link));
}

function takeAck(engine: Engine, ack: Ack): void {
  const { parts, vendor, session, senders } = engine;
  if (ack.epoch !== session?.epoch || ack.sessionNo !== session.sessionNo) return;
  if (ack.vendor !== undefined && ack.vendor !== vendor) {
    const text = `the broker mixes ${vendor} with ${ack.vendor}: each needs a virtual host`;
    // As many come as the other vendor has batches: said once.
    if (engine.lastError !== text) parts.log.error({ vendor, of: ack.vendor }, 'sync-other-vendor');
    engine.lastError = text;
    return;
  }
  const moment = momentOf(engine);
  if (ack.fenced === true) {
    parts.log.warn({ vendor, sessionNo: ack.sessionNo }, 'sync-fenced');
    engine.lastError = 'another session speaks for this site';
    runLink(engine, links.fenced(engine.link, moment, parts.link));
    return;
  }
  const sender = senders.get(ack.lane);
  if (sender === undefined) return;
  const timed = sender.flight.find(({ fresh, last }) => fresh && last === ack.watermark);
  if (timed !== undefined) parts.clock.learnHubTime(ack.hubMs, moment.nowMs - timed.sentAtMs);
  runSender(engine, ack.lane, streams.answered(sender, ack, moment));
  settle(engine);
}

/** A command that came by `c/{site}`: carried out elsewhere, answered always ([SYNC-7]). */
export async function takeCommand(engine: Engine, payload: Uint8Array): Promise<void> {
  const { parts, vendor } = engine;
  const { clock, commands, log } = parts;
  const json = jsonOfMessage(payload, { text });
  const read: ReadCommand = json.ok ? commandMessageOf(json.value) : json;
  try {
    if (!read.ok) {
      log.warn({ vendor, reason: read.reason }, 'sync-command-unreadable');
      if (read.id !== undefined) await refuse(engine, read.id, 'unreadable');
      return;
    }
    const { command, hubMs } = read.value;
    if (command.vendor !== vendor) {
      await refuse(engine, command.id, 'wrong-vendor');
      return;
    }
    // It is at least as late as the hub says; we may know better.
    const hubNowMs = clock.hubOffsetMs() === null ? hubMs : Math.max(hubMs, clock.hubNowMs());
    sendCopy(engine, await commands.handle(command, hubNowMs));
  } catch (error) {
    log.error({ vendor, err: error }, 'sync-command-failed');
  }
}

/** What nobody here can carry out is refused by the same two ways as any answer goes. */
async function refuse(engine: Engine, id: string, reason: string): Promise<void> {
  const { vendor, parts } = engine;
  const atMs = parts.clock.nowMs();
  const answer: CommandAnswer = { id, outcome: 'refused', reason, atMs };
  const stream = { vendor, lane: 'control' } as const;
  const event = { kind: 'CommandAnswered', answer } as const;
  await parts.ledger.commit({ changes: [], events: [{ stream, event, atMs }] });
  sendCopy(engine, answer);
}

/** The quick copy; the lasting one is in the control lane. */
function sendCopy({ connection, parts }: Engine, answer: CommandAnswer): void {
  const { siteId } = parts.ledger.identity();
  void connection?.line.publish(TOPICS.result(siteId), bytesOf(answer), 0);
}
