import { hash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { chainLink } from '@holdfast/shared/sync/chain';
import { batchOf } from '@holdfast/shared/sync/check-batch';
import { commandAnswerOf, presenceOf } from '@holdfast/shared/sync/check-message';
import type { CommandAnswer } from '@holdfast/shared/sync/commands';
import { decodeEvent } from '@holdfast/shared/sync/encode';
import {
  admitHello,
  HUB_POLICY,
  type HubPolicy,
  judgeBatch,
  type SessionState,
  type StoredChain,
  withChains,
} from '@holdfast/shared/sync/hub-rules';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type {
  Ack,
  Batch,
  DayChain,
  GapRecord,
  Gone,
  Hello,
  WireEvent,
} from '@holdfast/shared/sync/messages';
import { jsonOfMessage, jsonOfPayload, type Unpacking } from '@holdfast/shared/sync/wire';
import { dayText } from '@holdfast/shared/time/shanghai';

/*
 * A hub in memory that decides by the shared rules: the truth that tests of the edge's side compare
 * with. What it has taken stays, as a committed transaction does.
 */

export interface AppliedEvent {
  readonly vendor: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly seq: number;
  readonly kind: string;
  readonly key: string;
  readonly body: unknown;
}

export interface ModelHub {
  /** A message of a site; answers go out by `send`. */
  readonly take: (
    from: { readonly vendor: string; readonly siteId: string },
    topic: string,
    payload: Uint8Array,
  ) => void;
  /** Every event in the order in which it was applied, parked ones included. */
  readonly applied: readonly AppliedEvent[];
  readonly parked: readonly (AppliedEvent & { readonly reason: string })[];
  readonly gaps: readonly (GapRecord & { readonly lane: LaneName })[];
  /** Body of each order event by (order number, event number): what a person would be billed. */
  readonly orderEvents: ReadonlyMap<string, string>;
  readonly hellos: readonly Hello[];
  readonly goodbyes: readonly Gone[];
  readonly results: readonly CommandAnswer[];
  /** Comparisons of the day's chains that did not come out equal. */
  readonly unequal: readonly { readonly own: DayChain; readonly edge: DayChain }[];
  /** What could not be read at all. */
  readonly nonsense: readonly string[];
  readonly batches: readonly Batch[];
  readonly session: (vendor: string) => SessionState | undefined;
  readonly watermark: (vendor: string, lane: LaneName) => number;
  /** Forgets everything, as a hub does whose database is gone. */
  readonly forget: () => void;
}

export interface ModelHubOptions {
  readonly nowMs: () => number;
  readonly send: (
    to: { readonly vendor: string; readonly siteId: string },
    from: 'answer' | 'command',
    payload: Uint8Array,
  ) => void;
  readonly policy?: HubPolicy;
  /** What an answer grants; the full window when left out. */
  readonly credit?: (lane: LaneName) => Pick<Ack, 'credit' | 'notBeforeMs'>;
}

export const unpacking: Unpacking = {
  text: (bytes) => Buffer.from(bytes).toString('utf8'),
  inflate: (bytes, maxOutputLength) => {
    try {
      return inflateRawSync(bytes, { maxOutputLength });
    } catch {
      return undefined;
    }
  },
};

const bytesOf = (message: object): Uint8Array => Buffer.from(JSON.stringify(message));
const FULL = { credit: 4 } as const;

export function modelHub(options: ModelHubOptions): ModelHub {
  const { nowMs, send, policy = HUB_POLICY, credit = () => FULL } = options;
  const sessions = new Map<string, SessionState>();
  const cursors = new Map<string, { lane: LaneName; epoch: number; watermark: number }>();
  const chains = new Map<string, StoredChain>();
  const applied: AppliedEvent[] = [];
  const parked: (AppliedEvent & { reason: string })[] = [];
  const gaps: (GapRecord & { lane: LaneName })[] = [];
  const orderEvents = new Map<string, string>();
  const hellos: Hello[] = [];
  const goodbyes: Gone[] = [];
  const results: CommandAnswer[] = [];
  const unequal: { own: DayChain; edge: DayChain }[] = [];
  const nonsense: string[] = [];
  const batches: Batch[] = [];

  const cursorKey = (vendor: string, epoch: number, lane: LaneName) => `${vendor} ${epoch} ${lane}`;
  const cursorsOf = (vendor: string) =>
    [...cursors].filter(([key]) => key.startsWith(`${vendor} `)).map(([, cursor]) => cursor);

  function apply({ vendor, lane, epoch }: Batch, event: WireEvent): DayChain {
    const [seq, atMs, kind, kindVersion, key, body] = event;
    const row = { vendor, lane, epoch, seq, kind, key, body };
    const text = JSON.stringify(body);
    const read = decodeEvent(kind, kindVersion, key, body);
    applied.push(row);
    if (!read.ok) parked.push({ ...row, reason: read.reason });
    else if ('order' in read.value) {
      // The natural key: the same event from another epoch changes nothing.
      const natural = `${read.value.order.orderNo} ${read.value.eventNo}`;
      orderEvents.set(natural, orderEvents.get(natural) ?? text);
    }
    const chainKey = `${cursorKey(vendor, epoch, lane)} ${dayText(atMs)}`;
    const before = chains.get(chainKey);
    const link = chainLink(lane, before?.hash ?? '', { seq, atMs, kind, key, body: text });
    const chain = {
      lane,
      epoch,
      day: dayText(atMs),
      count: (before?.count ?? 0) + 1,
      hash: hash('sha256', link, 'hex'),
    };
    chains.set(chainKey, chain);
    return chain;
  }

  function takeBatch(from: { vendor: string; siteId: string }, batch: Batch): void {
    const { vendor, lane, epoch, sessionNo } = batch;
    const key = cursorKey(vendor, epoch, lane);
    const cursor = cursors.get(key) ?? { lane, epoch, watermark: 0 };
    const session = sessions.get(vendor);
    const head = { type: 'ack', lane, epoch, sessionNo, hubMs: nowMs() } as const;
    batches.push(batch);
    const judged = judgeBatch(cursor, session, batch);
    if (judged === 'fenced') {
      send(from, 'answer', bytesOf({ ...head, watermark: 0, credit: 0, fenced: true }));
      return;
    }
    if (session !== undefined) sessions.set(vendor, { ...session, lastHeardMs: nowMs() });
    if (judged === 'gap') {
      const ack = { ...head, ...credit(lane), watermark: cursor.watermark, gap: true };
      send(from, 'answer', bytesOf(ack));
      return;
    }
    let check: DayChain | undefined;
    for (const event of judged.fresh) check = apply(batch, event);
    gaps.push(...judged.gaps.map((gap) => ({ ...gap, lane })));
    cursors.set(key, { ...cursor, watermark: judged.watermark });
    if (check !== undefined && batch.check?.day === check.day && batch.check.hash !== check.hash) {
      unequal.push({ own: check, edge: batch.check });
    }
    const ack = { ...head, ...credit(lane), watermark: judged.watermark };
    send(from, 'answer', bytesOf(check === undefined ? ack : { ...ack, check }));
  }

  function takeHello(from: { vendor: string; siteId: string }, hello: Hello): void {
    hellos.push(hello);
    const decided = admitHello(
      sessions.get(from.vendor),
      cursorsOf(from.vendor),
      hello,
      nowMs(),
      policy,
    );
    if (decided.session !== undefined) sessions.set(from.vendor, decided.session);
    const { answer } = decided;
    const days = [...chains].filter(([key]) => key.startsWith(`${from.vendor} `));
    const told = days.map(([, chain]) => chain);
    send(from, 'answer', bytesOf(answer.type === 'welcome' ? withChains(answer, told) : answer));
  }

  function refuse(reason: string): void {
    nonsense.push(reason);
  }

  return {
    take(from, topic, payload) {
      const [channel, , lane] = topic.split('/');
      const json =
        channel === 'u' ? jsonOfPayload(payload, unpacking) : jsonOfMessage(payload, unpacking);
      if (!json.ok) return refuse(json.reason);
      if (channel === 'u') {
        const batch = batchOf(json.value, { vendor: from.vendor, laneNo: Number(lane) });
        return batch.ok ? takeBatch(from, batch.value) : refuse(batch.reason);
      }
      if (channel === 'r') {
        const answer = commandAnswerOf(json.value);
        if (answer.ok) results.push(answer.value);
        return undefined;
      }
      const said = presenceOf(json.value);
      if (!said.ok) return refuse(said.reason);
      if (said.value.type === 'hello') return takeHello(from, said.value);
      goodbyes.push(said.value);
      return undefined;
    },
    applied,
    parked,
    gaps,
    orderEvents,
    hellos,
    goodbyes,
    results,
    unequal,
    nonsense,
    batches,
    session: (vendor) => sessions.get(vendor),
    watermark: (vendor, lane) => {
      const epoch = sessions.get(vendor)?.epoch ?? 0;
      return cursors.get(cursorKey(vendor, epoch, lane))?.watermark ?? 0;
    },
    forget: () => {
      sessions.clear();
      cursors.clear();
      chains.clear();
    },
  };
}
