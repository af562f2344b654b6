import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OpenCharge } from '../../../ports/site.ts';
import type { LostWhy, Step } from '../../driver.ts';
import type { OcppDown } from '../../ocpp/messages.ts';
import type { OcppEffect } from '../../ocpp/steps.ts';
import { FakeSite } from '../../testing/fake-site.ts';
import { ocpp16Driver } from '../driver.ts';
import { OCPP16_SETTINGS, type Ocpp16Settings } from '../settings.ts';
import type { Ocpp16State } from '../state.ts';

export const STATION = 'CP-1';
export const NOW_MS = Date.parse('2025-11-22T10:00:00.000Z');
export const ORDER = '00000000000001012511221000000101';
/** A time of the station, so many seconds from the start of the test. */
export const at = (seconds: number): string => new Date(NOW_MS + seconds * 1_000).toISOString();

export const BOOT = {
  chargePointVendor: 'Example',
  chargePointModel: 'One',
  firmwareVersion: '1.0.0',
} as const;
export const START = { connectorId: 1, idTag: 'CARD-1', meterStart: 27_010_000, timestamp: at(0) };
export const STOP = { transactionId: 1_001, meterStop: 27_015_400, timestamp: at(600) };

export type Payload = Readonly<Record<string, unknown>>;
export type SentCall = Extract<OcppDown, { is: 'call' }>;

/** The driver and everything that it has done, without a shell. */
export class Talk {
  readonly site = new FakeSite(STATION);
  readonly driver;
  state: Ocpp16State;
  nowMs = NOW_MS;
  readonly effects: OcppEffect[] = [];
  #calls = 0;

  constructor(settings: Partial<Ocpp16Settings> = {}) {
    this.driver = ocpp16Driver({ ...OCPP16_SETTINGS, ...settings });
    this.state = this.driver.begin(STATION);
  }

  open(): readonly OcppEffect[] {
    const message = { is: 'opened', version: '1.6', address: '10.0.0.9' } as const;
    return this.#done(this.driver.onFrame(this.state, message, this.#view, new Uint8Array()));
  }

  /** A CALL comes in; returns what the driver did. */
  hear(action: string, payload: Payload = {}): readonly OcppEffect[] {
    this.#calls += 1;
    const message = { is: 'call', call: this.#calls, action, payload } as const;
    const raw = new TextEncoder().encode(JSON.stringify([2, `${this.#calls}`, action, payload]));
    return this.#done(this.driver.onFrame(this.state, message, this.#view, raw));
  }

  /** The answer to a call of ours. */
  reply(tag: string, payload: Payload, late = false): readonly OcppEffect[] {
    const message = { is: 'result', tag, action: 'X', payload, late } as const;
    return this.#done(this.driver.onFrame(this.state, message, this.#view, new Uint8Array()));
  }

  fail(tag: string, why: 'error' | 'timeout' | 'lost' | 'full', code = ''): readonly OcppEffect[] {
    const message = { is: 'failed', tag, action: 'X', why, code, description: '' } as const;
    return this.#done(this.driver.onFrame(this.state, message, this.#view, new Uint8Array()));
  }

  told(command: PileCommand): readonly OcppEffect[] {
    return this.#done(this.driver.onCommand(this.state, command, this.#view));
  }

  timer(timer: string): readonly OcppEffect[] {
    return this.#done(this.driver.onTimer(this.state, timer, this.#view));
  }

  closed(why: LostWhy = 'closed'): readonly OcppEffect[] {
    return this.#done(this.driver.onClosed(this.state, why, this.#view));
  }

  unheard(event: PileEvent): readonly OcppEffect[] {
    return this.#done(this.driver.onUnheard(this.state, event, this.#view));
  }

  /** Opens, boots, and forgets how. */
  boot(change: Payload = {}): this {
    this.open();
    this.hear('BootNotification', { ...BOOT, ...change });
    this.effects.length = 0;
    return this;
  }

  /** The station's configuration is read, and nothing of it is asked again. */
  configured(keys: Readonly<Record<string, string>>): this {
    const configurationKey = Object.entries(keys).map(([key, value]) => ({
      key,
      value,
      readonly: true,
    }));
    this.reply('config:all', { configurationKey });
    for (let n = 0; n < 8; n += 1) this.reply('config:part', {});
    this.effects.length = 0;
    return this;
  }

  /** A charge begins and the site stores it under a number; returns what was answered. */
  charge(no = 1_001, change: Payload = {}, orderNo = ORDER): readonly OcppEffect[] {
    const [began] = eventsIn(this.hear('StartTransaction', { ...START, ...change })).filter(
      (event) => event.type === 'ChargeBegan',
    );
    if (began === undefined) throw new RangeError('no charge began');
    const { request, connectorNo, charge } = began;
    const open: OpenCharge = {
      orderNo,
      connectorNo,
      state: 'charging',
      charge: { ...charge, no },
      cardNo: null,
      openedAtMs: this.nowMs,
      chargingAtMs: began.startedAtMs ?? this.nowMs,
    };
    this.site.charges.push(open);
    return this.told({
      do: 'chargeStored',
      connectorNo,
      request,
      tradeNo: orderNo,
      charge: { ...charge, no },
      refusal: null,
      group: null,
    });
  }

  /** The site knows an order that the station has not begun. */
  ordered(orderNo = ORDER, connectorNo = 1): void {
    this.site.charges.push({
      orderNo,
      connectorNo,
      state: 'starting',
      charge: undefined,
      cardNo: null,
      openedAtMs: this.nowMs,
      chargingAtMs: null,
    });
  }

  /** What the driver has noted comes back, as after a restart. */
  restart(): void {
    for (const { type, ...event } of eventsIn(this.effects).filter(isNoted)) {
      this.site.noted.set(event.key, JSON.parse(JSON.stringify(event.value)));
    }
    this.state = this.driver.begin(STATION);
  }

  get #view() {
    return { site: this.site, nowMs: this.nowMs };
  }

  #done(step: Step<Ocpp16State, OcppDown>): readonly OcppEffect[] {
    this.state = step.state;
    this.effects.push(...step.effects);
    return step.effects;
  }
}

const isNoted = (event: PileEvent): event is Extract<PileEvent, { type: 'Noted' }> =>
  event.type === 'Noted';

/** What is sent among effects. */
export const sentIn = (effects: readonly OcppEffect[]): readonly OcppDown[] =>
  effects.flatMap((effect) => (effect.do === 'send' ? [effect.message] : []));

/** Calls of ours among effects. */
export const callsIn = (effects: readonly OcppEffect[]): readonly SentCall[] =>
  sentIn(effects).flatMap((message) => (message.is === 'call' ? [message] : []));

/** Payloads of answers among effects. */
export const answersIn = (effects: readonly OcppEffect[]): readonly object[] =>
  sentIn(effects).flatMap((message) => (message.is === 'answer' ? [message.payload] : []));

/** Events among effects. */
export const eventsIn = (effects: readonly OcppEffect[]): readonly PileEvent[] =>
  effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []));

/** Events of a kind among effects. */
export const ofType = <T extends PileEvent['type']>(
  effects: readonly OcppEffect[],
  type: T,
): readonly Extract<PileEvent, { type: T }>[] =>
  eventsIn(effects).filter(
    (event): event is Extract<PileEvent, { type: T }> => event.type === type,
  );

/** Timers that were armed among effects, with their times. */
export const armedIn = (effects: readonly OcppEffect[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    effects.flatMap((effect) => (effect.do === 'arm' ? [[effect.timer, effect.ms] as const] : [])),
  );
