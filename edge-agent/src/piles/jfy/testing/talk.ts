import {
  decode,
  encode,
  type JfyBody,
  type JfyKnown,
  type JfyMessage,
  messageOf,
} from '@holdfast/protocols/jfy/codec';
import { bcdTimeOf } from '@holdfast/protocols/kernel/field-bcd-time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { energyStep, fen } from '@holdfast/shared/units';
import type { LostWhy, Step } from '../../driver.ts';
import { FakeSite } from '../../testing/fake-site.ts';
import { jfyProtocol } from '../protocol.ts';
import type { JfyState } from '../state.ts';
import type { Down, JfyEffect, UpName } from '../step.ts';

export const PILE = '99000104000001';
export const NOW_MS = Date.UTC(2026, 10, 22, 4, 0, 0);
export const TRADE = '99000104000001012611221200000001';
export const CARD = '00000000D14B0A54';

const at = { reserved: '00000000', pileNo: PILE } as const;
const none = energyStep(0n);
/** 11:10 to 11:50 in China: 22 is the slot of 11:00, 23 that of 11:30. */
const STARTED_MS = NOW_MS - 50 * 60_000;

const record: JfyBody<'record'> = {
  ...at,
  gunType: 'dc',
  gunNo: 1,
  user: TRADE,
  startTime: bcdTimeOf(STARTED_MS),
  endTime: bcdTimeOf(STARTED_MS + 40 * 60_000),
  seconds: 2_400,
  socStart: 20,
  socEnd: 80,
  stopReason: 306,
  energy: energyStep(400_000n),
  meterBefore: energyStep(10_000_000n),
  meterAfter: energyStep(10_400_000n),
  amount: fen(0n),
  recordIndex: 7,
  balanceBefore: fen(0n),
  unread: '00'.repeat(14),
  vin: '',
  plate: '',
  slots: Array.from({ length: 48 }, (_, i) => ({
    energy: energyStep(i === 22 ? 150_000n : i === 23 ? 250_000n : 0n),
  })),
  startWay: 'remote',
  serial: '',
  tail: '',
};

/** One sound frame of each kind that a pile sends. */
export const BODIES: { readonly [N in UpName]: JfyBody<N> } = {
  signIn: {
    ...at,
    encryption: 0,
    softVersion: '02040100',
    project: 0,
    startCount: 0,
    uploadMode: 1,
    signInMinutes: 0,
    mode: 0,
    gunCount: 2,
    heartbeatSeconds: 30,
    heartbeatMisses: 3,
    recordCount: 0,
    time: bcdTimeOf(NOW_MS),
    tail: `${'00'.repeat(24)}01E24000220003E80000`,
  },
  heartbeat: { ...at, count: 5, plugs: null },
  setNumbersAck: { ...at, action: 'set', address: 21, count: 3, result: 0, values: '' },
  setTextAck: { ...at, action: 'set', address: 2, result: 0, text: '20261122120000FF' },
  status: {
    ...at,
    gunCount: 2,
    gunNo: 1,
    gunType: 'dc',
    state: 'charging',
    soc: 64,
    alarm: 0,
    carLink: 'linked',
    fee: fen(0n),
    internalOne: 0,
    internalTwo: 0,
    dcVoltage: 6_000,
    dcCurrent: 1_200,
    bmsVoltage: 0,
    bmsCurrent: 0,
    bmsMode: 0,
    acVoltageA: 2_300,
    acVoltageB: 2_300,
    acVoltageC: 2_300,
    acCurrentA: 100,
    acCurrentB: 100,
    acCurrentC: 100,
    remainMinutes: 20,
    seconds: 2_405,
    energy: energyStep(9_900n),
    meterBefore: energyStep(10_000_000n),
    meterNow: energyStep(10_046_200n),
    startWay: 'remote',
    strategy: 0,
    strategyValue: 0,
    reservation: 0,
    user: TRADE,
    tail: '',
  },
  otherStatus: { ...at, gunCount: 1, gunNo: 1, gunType: 'dc', tail: '00' },
  alarm: { ...at, bits: `0180${'00'.repeat(30)}` },
  bms: { ...at, data: '0102' },
  controlAck: { ...at, gunNo: 1, address: 2, count: 1, result: 0 },
  startAck: { ...at, gunNo: 1, result: 0 },
  started: { ...at, gunNo: 1, user: TRADE, result: 0 },
  account: { ...at, gunNo: 1, way: 'card', identity: CARD, password: '' },
  record,
  coarseRecord: {
    ...record,
    energy: none,
    meterBefore: none,
    meterAfter: none,
    slots: record.slots.map(() => ({ energy: none })),
  },
};

export const said = <N extends UpName>(
  name: N,
  change: Partial<JfyBody<N>> = {},
  seq = '1005',
): JfyMessage => messageOf(name, seq, { ...BODIES[name], ...change }) as JfyKnown<'pile'>;

const protocol = jfyProtocol();
const codec = protocol.openCodec(8_000);

/** The driver and everything that it has done, without a shell. */
export class Talk {
  readonly site = new FakeSite(PILE);
  state: JfyState = protocol.driver.begin(PILE);
  nowMs = NOW_MS;

  /** A frame of a kind comes in; returns what the driver did. */
  hear<N extends UpName>(
    name: N,
    change: Partial<JfyBody<N>> = {},
    seq = '1005',
  ): readonly JfyEffect[] {
    return this.take(encode(said(name, change, seq)));
  }

  take(raw: Uint8Array): readonly JfyEffect[] {
    return this.#done(protocol.driver.onFrame(this.state, codec.decode(raw), this.#view, raw));
  }

  told(command: PileCommand): readonly JfyEffect[] {
    return this.#done(protocol.driver.onCommand(this.state, command, this.#view));
  }

  timer(timer: string): readonly JfyEffect[] {
    return this.#done(protocol.driver.onTimer(this.state, timer, this.#view));
  }

  closed(why: LostWhy): readonly JfyEffect[] {
    return this.#done(protocol.driver.onClosed(this.state, why, this.#view));
  }

  unheard(event: PileEvent): readonly JfyEffect[] {
    return this.#done(protocol.driver.onUnheard(this.state, event, this.#view));
  }

  /** Signs in. */
  login(): this {
    this.hear('signIn');
    return this;
  }

  get #view() {
    return { site: this.site, nowMs: this.nowMs };
  }

  #done(step: Step<JfyState, Down>): readonly JfyEffect[] {
    this.state = step.state;
    return step.effects;
  }
}

/** Frames among effects, as a pile would read them. */
export const sentIn = (effects: readonly JfyEffect[]): readonly JfyMessage[] =>
  effects.flatMap((effect) => (effect.do === 'send' ? [decode(encode(effect.message))] : []));

/** Events among effects. */
export const eventsIn = (effects: readonly JfyEffect[]): readonly PileEvent[] =>
  effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []));
