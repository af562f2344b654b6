import { faultsIn } from '@holdfast/protocols/ocpp/schemas';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OpenCharge } from '../../../ports/site.ts';
import type { LostWhy, Step } from '../../driver.ts';
import type { OcppDown, OcppUp } from '../../ocpp/messages.ts';
import type { OcppEffect } from '../../ocpp/steps.ts';
import { eventsIn, ofType, sentIn } from '../../ocpp/testing/effects.ts';
import { FakeSite } from '../../testing/fake-site.ts';
import { ocpp2Driver } from '../driver.ts';
import { OCPP2_SETTINGS, type Ocpp2Settings } from '../settings.ts';
import type { Ocpp2State, Version2 } from '../state.ts';

export const STATION = 'CS-1';
export const NOW_MS = Date.parse('2025-11-22T10:00:00.000Z');
export const ORDER = '00000000000001012511221000000101';
/** A time of the station, so many seconds from the start of the test. */
export const at = (seconds: number): string => new Date(NOW_MS + seconds * 1_000).toISOString();

export type Payload = Readonly<Record<string, unknown>>;

export const BOOT: Payload = {
  reason: 'PowerUp',
  chargingStation: { vendorName: 'Example', model: 'Two', firmwareVersion: '1.0.0' },
};
export const CARD = { idToken: 'CARD-1', type: 'ISO14443' } as const;
export const KEY = 'tx-1';

/** A register in Wh at a time. */
export const meter = (seconds: number, wh: number, context = 'Sample.Periodic'): Payload => ({
  timestamp: at(seconds),
  sampledValue: [{ value: wh, context }],
});

/** A TransactionEvent of a charge at EVSE 1. */
export const event = (
  eventType: 'Started' | 'Updated' | 'Ended',
  seqNo: number,
  seconds: number,
  change: Payload = {},
): Payload => ({
  eventType,
  seqNo,
  timestamp: at(seconds),
  triggerReason: 'MeterValuePeriodic',
  transactionInfo: { transactionId: KEY },
  evse: { id: 1, connectorId: 1 },
  ...change,
});

export const STARTED = event('Started', 0, 0, {
  triggerReason: 'Authorized',
  transactionInfo: { transactionId: KEY, chargingState: 'EVConnected' },
  idToken: CARD,
  meterValue: [meter(0, 27_010_000, 'Transaction.Begin')],
});
export const UPDATED = event('Updated', 1, 60, {
  transactionInfo: { transactionId: KEY, chargingState: 'Charging' },
  meterValue: [meter(60, 27_010_400)],
});
export const ENDED = event('Ended', 2, 600, {
  triggerReason: 'StopAuthorized',
  transactionInfo: { transactionId: KEY, stoppedReason: 'Local' },
  meterValue: [meter(600, 27_015_400, 'Transaction.End')],
});

/** Fails where a message of ours does not fit the standard. */
function checked(version: Version2, action: string, kind: 'request' | 'response', payload: object) {
  const faults = faultsIn(version, action, kind, payload);
  if (faults === undefined || faults.length > 0) {
    throw new RangeError(`${action} ${kind}: ${JSON.stringify(faults)} ${JSON.stringify(payload)}`);
  }
}

/** The driver and everything that it has done, without a shell. Whatever it sends is checked. */
export class Talk {
  readonly site = new FakeSite(STATION);
  readonly version: Version2;
  readonly driver;
  state: Ocpp2State;
  nowMs = NOW_MS;
  readonly effects: OcppEffect[] = [];
  readonly #actions: string[] = [];

  constructor(settings: Partial<Ocpp2Settings> = {}, version: Version2 = '2.0.1') {
    this.version = version;
    this.driver = ocpp2Driver(version, { ...OCPP2_SETTINGS, ...settings });
    this.state = this.driver.begin(STATION);
  }

  open(): readonly OcppEffect[] {
    return this.#frame({ is: 'opened', version: this.version, address: '10.0.0.9' });
  }

  /** A CALL comes in; returns what the driver did. */
  hear(action: string, payload: Payload = {}): readonly OcppEffect[] {
    const call = this.#actions.push(action);
    const raw = new TextEncoder().encode(JSON.stringify([2, `${call}`, action, payload]));
    return this.#frame({ is: 'call', call, action, payload }, raw);
  }

  send(action: string, payload: Payload): readonly OcppEffect[] {
    return this.#frame({ is: 'send', action, payload });
  }

  /** The answer to a call of ours. */
  reply(tag: string, payload: Payload, late = false): readonly OcppEffect[] {
    return this.#frame({ is: 'result', tag, action: 'X', payload, late });
  }

  fail(tag: string, why: 'error' | 'timeout' | 'lost' | 'full', code = ''): readonly OcppEffect[] {
    return this.#frame({ is: 'failed', tag, action: 'X', why, code, description: '' });
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

  /** The site keeps a charge that began under an order, and says so; returns what was answered. */
  store(effects: readonly OcppEffect[], orderNo = ORDER, no = 1_001): readonly OcppEffect[] {
    const [began] = ofType(effects, 'ChargeBegan');
    if (began === undefined) throw new RangeError('no charge began');
    const { request, connectorNo, startedAtMs } = began;
    const charge = { ...began.charge, no };
    const open: OpenCharge = {
      orderNo,
      connectorNo,
      state: 'charging',
      charge,
      cardNo: null,
      openedAtMs: this.nowMs,
      chargingAtMs: startedAtMs ?? this.nowMs,
    };
    this.site.charges.push(open);
    const stored = { do: 'chargeStored', connectorNo, request, charge } as const;
    return this.told({ ...stored, tradeNo: orderNo, refusal: null, group: null });
  }

  /** A charge begins and is stored. */
  charge(change: Payload = {}): readonly OcppEffect[] {
    return this.store(this.hear('TransactionEvent', { ...STARTED, ...change }));
  }

  /** The record of a charge is on disk, and its order is no longer open. */
  settle(effects: readonly OcppEffect[]): readonly OcppEffect[] {
    const [upload] = ofType(effects, 'RecordUploaded');
    if (upload?.request === undefined) throw new RangeError('no record was uploaded');
    this.site.charges.length = 0;
    const { request } = upload;
    return this.told({ do: 'recordStored', tradeNo: upload.record.tradeNo, request });
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

  /** The station's device model is read, with these values; returns what followed. */
  modelled(values: Readonly<Record<string, string>> = {}): readonly OcppEffect[] {
    this.timer('welcome');
    const requestId = this.state.reading?.requestId ?? 0;
    this.reply(`model:${requestId}`, { status: 'Accepted' });
    const reportData = Object.entries(values).map(([name, value]) => {
      const [component = '', variable = ''] = name.split('.');
      const variableAttribute = [{ value }];
      return { component: { name: component }, variable: { name: variable }, variableAttribute };
    });
    return this.hear('NotifyReport', { requestId, generatedAt: at(0), seqNo: 0, reportData });
  }

  /** What the driver has noted comes back, as after a restart. */
  restart(): void {
    for (const event of eventsIn(this.effects)) {
      if (event.type !== 'Noted') continue;
      this.site.noted.set(event.key, JSON.parse(JSON.stringify(event.value)));
    }
    this.state = this.driver.begin(STATION);
  }

  get #view() {
    return { site: this.site, nowMs: this.nowMs };
  }

  #frame(message: OcppUp, raw = new Uint8Array()): readonly OcppEffect[] {
    return this.#done(this.driver.onFrame(this.state, message, this.#view, raw));
  }

  #done(step: Step<Ocpp2State, OcppDown>): readonly OcppEffect[] {
    this.state = step.state;
    this.effects.push(...step.effects);
    for (const message of sentIn(step.effects)) {
      if (message.is === 'call') {
        checked(this.version, message.action, 'request', message.payload);
      } else if (message.is === 'answer') {
        const action = this.#actions[message.call - 1] ?? '';
        checked(this.version, action, 'response', message.payload);
      }
    }
    return step.effects;
  }
}
