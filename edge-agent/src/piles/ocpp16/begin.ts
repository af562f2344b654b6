import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { energyText } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { energyOfWh } from '../ocpp/decimal.ts';
import { integerAt, textAt } from '../ocpp/fields.ts';
import { registerFrom } from '../ocpp/meter-register.ts';
import { orderOfToken } from '../ocpp/remote-token.ts';
import { andThen, answer, type Call, emit, stay, step } from '../ocpp/steps.ts';
import { type ToldTime, toldTime } from '../ocpp/told-time.ts';
import { answered, asking, idTagInfoOf, tokenOf } from './cards.ts';
import { show } from './measure.ts';
import { type Ocpp16State, type Running, withCharge } from './state.ts';
import type { OcppStep } from './step.ts';

/**
 * [OCPP-C3] The natural key of a charge: the same in a start that is sent again, whatever became of
 * its message id, and whatever was learnt of the clock since.
 */
function keyOf(message: Call, idTag: string, ownMs: number | null): string {
  const { payload } = message;
  const meter = energyOfWh(payload['meterStart']);
  const time = ownMs ?? textAt(payload, 'timestamp').slice(0, 40);
  return [
    integerAt(payload, 'connectorId') ?? 0,
    idTag.toUpperCase(),
    time,
    meter === undefined ? '' : energyText(meter),
  ].join('|');
}

/** A charge that the site has not numbered yet. */
function beginning(message: Call, key: string, time: ToldTime): Running {
  const { payload } = message;
  const meterStart = energyOfWh(payload['meterStart']) ?? null;
  return {
    orderNo: '',
    no: 0,
    key,
    connectorNo: Math.max(1, integerAt(payload, 'connectorId') ?? 1),
    idTag: textAt(payload, 'idTag'),
    startedAtMs: time.ms,
    ownStartMs: time.ownMs,
    meterStart,
    register: registerFrom(meterStart, time.ownMs),
    stop: null,
    stopClock: null,
    namedAtMs: null,
  };
}

/** StartTransaction: answered when its order is on disk, with the number of its charge. */
export function begin(
  state: Ocpp16State,
  message: Call,
  view: DriverView,
  raw: Uint8Array,
): OcppStep {
  const { payload, action } = message;
  const told = toldTime(state, payload['timestamp'], { action, path: '/timestamp' }, view);
  const { ms, ownMs, late } = told.time;
  const idTag = textAt(payload, 'idTag');
  const charge = beginning(message, keyOf(message, idTag, ownMs), told.time);
  const asked = asking(told.state, message, { about: 'begin', late, idTag, charge });
  const tradeNo = orderOfToken(idTag, view.site.openCharges(state.pileNo))?.orderNo ?? null;
  return step(
    asked.state,
    ...told.effects,
    emit({
      type: 'ChargeBegan',
      connectorNo: charge.connectorNo,
      request: asked.request,
      charge: { key: charge.key, meterStart: charge.meterStart },
      tradeNo,
      identity: idTag === '' ? null : tokenOf(idTag),
      startedAtMs: ms,
      late,
      rawHex: hexOf(raw),
      frameType: action,
    }),
  );
}

/**
 * The order is on disk: the station gets the number, even when the payer is refused ([OCPP-C10]). A
 * charge that runs against the site's will is stopped by a command of the site ([OCPP-C7]).
 */
export function chargeStored(
  state: Ocpp16State,
  command: Extract<PileCommand, { do: 'chargeStored' }>,
  view: DriverView,
): OcppStep {
  const { found, rest } = answered(state, command.request, 'begin');
  if (found === undefined || found.charge === null) return stay(rest);
  const { charge, refusal, connectorNo } = command;
  const known = state.charges.find(({ no }) => no === charge.no);
  const begun: Running = { ...found.charge, orderNo: command.tradeNo, no: charge.no };
  const idTagInfo = idTagInfoOf(refusal, command.group, command.expiresAtMs);
  const told = step(
    withCharge(rest, known ?? begun),
    answer(found.call, { transactionId: charge.no, idTagInfo }),
  );
  return found.late || refusal !== null ? told : andThen(told, (s) => show(s, connectorNo, view));
}
