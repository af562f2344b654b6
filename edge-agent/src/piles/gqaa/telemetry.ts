import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { faultsOf } from '@holdfast/protocols/ykc/reasons';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { DriverView } from '../driver.ts';
import { nameOf, tradeNoOf } from '../ykc/map.ts';
import { connectorsOf, type GqaaState, type Gun, gunOf, type Question, withGun } from './state.ts';
import { andThen, emit, type GqaaStep, type Heard, observed, reply, step } from './step.ts';
import { pushWhenIdle } from './tariff.ts';

const { types } = PROFILE_0;
const NO_FAULTS: readonly string[] = [];
/** The wire counts 0.1 V and 0.1 A. */
const MILLI_PER_COUNT = 100;
type GunState = Heard<'state'>['body']['state'];

const faultIds = (word: number): readonly string[] =>
  word === 0 ? NO_FAULTS : faultsOf(word).map(({ id }) => id);

const questionOf = (
  code: number,
  { seq, body }: { readonly seq: string; readonly body: { readonly gunNo: number } },
): Question => ({ seq, code, gunNo: body.gunNo });

/** The neutral word for what a gun is at. */
function statusOf(state: GunState): Measurement['status'] {
  const name = nameOf(state);
  if (name === undefined) return 'unknown';
  return name === 'charging' || name === 'faulted' || name === 'offline' ? name : 'idle';
}

/** [GQAA-RT-1] to [GQAA-RT-2]: 0x11 in neutral words. */
export function measurementOf(state: GqaaState, body: Heard<'telemetry'>['body']): Measurement {
  const status = statusOf(body.state);
  const plugged = nameOf(body.plugged);
  return {
    connectorNo: body.gunNo,
    tradeNo: tradeNoOf(body.tradeNo),
    status,
    plugged: plugged === undefined ? null : plugged === 'yes',
    homed: null,
    voltageMv: body.voltage * MILLI_PER_COUNT,
    currentMa: body.current * MILLI_PER_COUNT,
    soc: state.dc && status === 'charging' && body.soc <= 100 ? body.soc : null,
    energy: body.energy,
    lossEnergy: body.energy,
    amount: body.amount,
    chargedMinutes: body.chargedMinutes,
    remainMinutes: body.remainMinutes,
    cableTempC: body.gunTemp,
    batteryMaxTempC: body.batteryMaxTemp,
    faults: faultIds(body.faultBits),
  };
}

/** What a word on a gun says of its use; a pile that is faulted in mid-charge still names the charge. */
const useOf = (status: Measurement['status'], tradeNo: string | null): Gun['use'] =>
  status === 'charging' || (status !== 'idle' && tradeNo !== null) ? 'busy' : 'idle';

/** The gun as it was seen, and the tariff that may have waited for it. */
function seen(
  state: GqaaState,
  connectorNo: number,
  status: Measurement['status'],
  tradeNo: string | null,
  { nowMs }: DriverView,
): GqaaStep {
  const use = useOf(status, tradeNo);
  const gun = gunOf(state, connectorNo);
  // Once it charges, its own word and not the start says that it does.
  const startingUntilMs = use === 'busy' ? 0 : gun.startingUntilMs;
  const changed = gun.use !== use || gun.startingUntilMs !== startingUntilMs;
  const next = changed ? withGun(state, connectorNo, { use, startingUntilMs }) : state;
  return pushWhenIdle(next, nowMs);
}

/** 0x11. */
export function telemetry(
  state: GqaaState,
  message: Heard<'telemetry'>,
  view: DriverView,
): GqaaStep {
  const measurement = measurementOf(state, message.body);
  const { connectorNo, status, tradeNo } = measurement;
  const told = andThen(
    reply(state, questionOf(types.telemetry, message), 'telemetryAck', 'none', {}),
    (s) => step(s, emit({ type: 'Measured', measurement })),
  );
  return andThen(told, (s) => seen(s, connectorNo, status, tradeNo, view));
}

/** [GQAA-HEALTH-1] The site hears of a gun's health when it changes; gun 0 is every gun. */
function health(state: GqaaState, gunNo: number, faulted: boolean): GqaaStep {
  const guns = gunNo === 0 ? connectorsOf(state) : [gunNo];
  const changed = guns.filter((no) => gunOf(state, no).faulted !== faulted);
  const next = changed.reduce((s, no) => withGun(s, no, { faulted }), state);
  return step(
    next,
    ...changed.map((connectorNo) => emit({ type: 'ConnectorHealth', connectorNo, faulted })),
  );
}

/** 0x12; [GQAA-START-3]: a gun that charges has accepted its start, whatever it said before. */
export function stateChanged(
  state: GqaaState,
  message: Heard<'state'>,
  view: DriverView,
): GqaaStep {
  const { gunNo, tradeNo: named, state: now, before } = message.body;
  const status = statusOf(now);
  const tradeNo = tradeNoOf(named);
  const begun =
    status === 'charging' && tradeNo !== null
      ? [emit({ type: 'StartAnswered', connectorNo: gunNo, tradeNo, refusal: null })]
      : [];
  const told = andThen(
    reply(state, questionOf(types.state, message), 'stateAck', 'none', {}),
    (s) => step(s, observed('state', { gunNo, state: now, before, tradeNo }), ...begun),
  );
  const healthy = andThen(told, (s) => health(s, gunNo, status === 'faulted'));
  return gunNo === 0 ? healthy : andThen(healthy, (s) => seen(s, gunNo, status, tradeNo, view));
}

/** 0x13. */
export function alarm(state: GqaaState, message: Heard<'alarm'>): GqaaStep {
  const { gunNo, faultBits, vendorCode } = message.body;
  const faults = faultIds(faultBits);
  const told = andThen(
    reply(state, questionOf(types.alarm, message), 'alarmAck', 'none', {}),
    (s) => step(s, observed('alarm', { gunNo, faults, vendorCode })),
  );
  return andThen(told, (s) => health(s, gunNo, faultBits !== 0));
}

/** 0x20. */
export const bms = (state: GqaaState, message: Heard<'bms'>): GqaaStep =>
  andThen(reply(state, questionOf(types.bms, message), 'bmsAck', 'none', {}), (s) =>
    step(s, observed('bms', message.body)),
  );
