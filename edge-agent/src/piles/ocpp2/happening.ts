import type { DriverView } from '../driver.ts';
import { type Fields, fieldsAt, integerAt, textAt } from '../ocpp/fields.ts';
import { orderOfToken } from '../ocpp/remote-token.ts';
import { andThen, type Call, report, stay } from '../ocpp/steps.ts';
import { toldTime } from '../ocpp/told-time.ts';
import { numberedPlace } from './boot.ts';
import { tokenIn } from './cards.ts';
import type { Happening } from './charge.ts';
import { numbersOf, saidPlace } from './connectors.ts';
import type { Token } from './memory.ts';
import { valuesIn } from './meter.ts';
import { remoteStartIdOf } from './remote-start-id.ts';
import { chargesOf, connectorOf, type Ocpp2State } from './state.ts';
import type { Ocpp2Step } from './step.ts';

const EVENTS = ['Started', 'Updated', 'Ended'] as const;

/** What is not said is an update: it neither begins nor ends anything. */
const eventTypeOf = (payload: Fields): Happening['eventType'] =>
  EVENTS.find((event) => event === textAt(payload, 'eventType')) ?? 'Updated';

/** The connector of an EVSE that is meant where none is named: the one with a car. */
function connectorAt(state: Ocpp2State, evse: number): number | undefined {
  const numbers = numbersOf(state.memory.connectors, evse);
  return numbers.find((no) => connectorOf(state, no).status === 'Occupied') ?? numbers[0];
}

/** Where the event happened; `null`: it does not say, as it need not after the first. */
function placed(
  state: Ocpp2State,
  payload: Fields,
): { readonly so: Ocpp2Step; readonly connectorNo: number | null } {
  const place = saidPlace(payload);
  if (place === undefined) return { so: stay(state), connectorNo: null };
  const { evse, connector } = place;
  const known = connector === undefined ? connectorAt(state, evse) : undefined;
  if (known !== undefined) return { so: stay(state), connectorNo: known };
  return numberedPlace(state, { evse, connector: connector ?? 1 });
}

/** The order of ours that a start from afar was for. */
function orderOf(
  state: Ocpp2State,
  token: Token | null,
  remoteStartId: number | undefined,
  view: DriverView,
): string | null {
  const open = view.site.openCharges(state.pileNo);
  const own = token === null ? undefined : orderOfToken(token.idToken, open);
  const named =
    remoteStartId === undefined
      ? undefined
      : open.find(({ orderNo }) => remoteStartIdOf(orderNo) === remoteStartId);
  return (own ?? named)?.orderNo ?? null;
}

/** Where an event is of that does not say it: at the connector of its order, or at the only one. */
function onlyPlace(state: Ocpp2State, tradeNo: string | null, view: DriverView): number | null {
  const open = view.site.openCharges(state.pileNo);
  const ordered = open.find(({ orderNo }) => orderNo === tradeNo)?.connectorNo;
  const [only, more] = Object.values(state.memory.connectors);
  return ordered ?? (more === undefined ? only : undefined) ?? null;
}

/** A transaction that has no name is that of its connector. */
function keyOf(
  state: Ocpp2State,
  info: Fields,
  connectorNo: number | null,
  view: DriverView,
): string {
  const said = textAt(info, 'transactionId');
  if (said !== '') return said;
  const running = chargesOf(state, view).findLast(
    (charge) => charge.connectorNo === connectorNo && charge.ended === null,
  );
  return running?.key ?? `unnamed-${connectorNo ?? 0}-${state.asked}`;
}

/** Reads a TransactionEvent. Total: any field may be missing. */
export function happeningIn(
  state: Ocpp2State,
  message: Call,
  view: DriverView,
): { readonly so: Ocpp2Step; readonly key: string; readonly now: Happening } {
  const { payload, action } = message;
  const told = toldTime(state, payload['timestamp'], { action, path: '/timestamp' }, view);
  const values = valuesIn(told.state, message, view);
  const read = { state: values.state, effects: [...told.effects, ...values.effects] };
  const { so: at, connectorNo: place } = placed(read.state, payload);
  const info = fieldsAt(payload, 'transactionInfo');
  const token = tokenIn(payload);
  const tradeNo = orderOf(at.state, token, integerAt(info, 'remoteStartId'), view);
  const connectorNo = place ?? onlyPlace(at.state, tradeNo, view);
  const key = keyOf(at.state, info, connectorNo, view);
  const seqNo = integerAt(payload, 'seqNo') ?? null;
  const now: Happening = {
    eventType: eventTypeOf(payload),
    trigger: textAt(payload, 'triggerReason'),
    seqNo,
    atMs: told.time.ms,
    ownMs: told.time.ownMs,
    by: { clock: values.state.clock, nowMs: view.nowMs },
    late: told.time.late || payload['offline'] === true,
    connectorNo,
    token,
    tradeNo,
    chargingState: textAt(info, 'chargingState'),
    stoppedReason: textAt(info, 'stoppedReason'),
    values: values.values,
  };
  const placedStep = andThen(read, () => at);
  const so =
    textAt(info, 'transactionId') === ''
      ? andThen(placedStep, (s) => report(s, [nameless(action, key)]))
      : placedStep;
  return { so, key, now };
}

const nameless = (action: string, key: string) => ({
  rule: 'OCPP-C13',
  action,
  path: '/transactionInfo/transactionId',
  seen: '',
  repair: `taken for ${key}`,
});
