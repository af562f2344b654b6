import type { Measurement } from '@holdfast/shared/pile/measurement';
import { type EnergyStep, energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { nameOf } from '../ykc/map.ts';
import { startAnswered } from './charging.ts';
import { connectorOf, gunOf, type JfyState, withGun } from './state.ts';
import { andThen, emit, type Heard, type JfyStep, observed, reply, step } from './step.ts';
import { startedAt, tradeNoAt } from './trade.ts';

/** The wire counts 0.1 V and 0.1 A. */
const MILLI_PER_COUNT = 100;
/** 0.01 yuan in 1e-4 yuan. */
const STEPS_PER_FEN = 100n;

type Status = Heard<'status'>['body'];

/** [JFY-RT-1] What a gun is at, in neutral words; a pause is a charge that goes on. */
function statusOf(state: Status['state']): Measurement['status'] {
  const name = nameOf(state);
  if (name === undefined) return 'unknown';
  if (name === 'charging' || name === 'paused') return 'charging';
  return name === 'faulted' ? 'faulted' : 'idle';
}

/** [JFY-RT-2] Energy is what the meter has risen by, never power × time. */
function energyOf({ meterBefore, meterNow, energy }: Status): EnergyStep {
  return meterNow > 0n && meterNow >= meterBefore ? energyStep(meterNow - meterBefore) : energy;
}

/** One phase stands for three: the voltage is theirs, the current their sum. */
function electrics(body: Status): Pick<Measurement, 'voltageMv' | 'currentMa'> {
  if (body.gunType === 'ac') {
    const amps = body.acCurrentA + body.acCurrentB + body.acCurrentC;
    return { voltageMv: body.acVoltageA * MILLI_PER_COUNT, currentMa: amps * MILLI_PER_COUNT };
  }
  return {
    voltageMv: body.dcVoltage * MILLI_PER_COUNT,
    currentMa: body.dcCurrent * MILLI_PER_COUNT,
  };
}

/** 104 in neutral words. */
export function measurementOf(
  state: JfyState,
  connectorNo: number,
  body: Status,
  view: DriverView,
): Measurement {
  const status = statusOf(body.state);
  const busy = status === 'charging' || status === 'faulted';
  const energy = busy ? energyOf(body) : energyStep(0n);
  const link = nameOf(body.carLink);
  return {
    connectorNo,
    tradeNo: busy ? tradeNoAt(state, connectorNo, body.user, view) : null,
    status,
    plugged: link === undefined ? null : link !== 'none',
    homed: null,
    ...electrics(body),
    soc: body.gunType !== 'ac' && status === 'charging' && body.soc <= 100 ? body.soc : null,
    energy,
    lossEnergy: energy,
    amount: moneyStep(busy ? body.fee * STEPS_PER_FEN : 0n),
    chargedMinutes: busy ? Math.floor(body.seconds / 60) : 0,
    remainMinutes: body.remainMinutes,
    cableTempC: null,
    batteryMaxTempC: null,
    // [JFY-ALARM-1] The bits of a maker are not public: the word itself is shown.
    faults: body.alarm === 0 ? [] : [`alarm-${body.alarm}`],
  };
}

/** [JFY-HEALTH-1] The site hears of a gun's health when it changes. */
function health(state: JfyState, connectorNo: number, faulted: boolean): JfyStep {
  if (gunOf(state, connectorNo).faulted === faulted) return step(state);
  return step(
    withGun(state, connectorNo, { faulted }),
    emit({ type: 'ConnectorHealth', connectorNo, faulted }),
  );
}

/** [JFY-START-4] A charge that runs has been begun; a start that failed never will be. */
function outcomeOf(
  state: JfyState,
  connectorNo: number,
  measurement: Measurement,
  failed: boolean,
  view: DriverView,
): JfyStep {
  const { status, tradeNo } = measurement;
  if (status === 'charging' && tradeNo !== null) {
    const begun = gunOf(state, connectorNo).tradeNo !== null;
    const next = begun ? withGun(state, connectorNo, { tradeNo: null }) : state;
    return begun ? step(next, startAnswered(connectorNo, tradeNo, null)) : step(next);
  }
  const waiting = failed ? startedAt(state, connectorNo, view) : null;
  if (waiting === null) return step(state);
  const next = withGun(state, connectorNo, { tradeNo: null });
  return step(next, startAnswered(connectorNo, waiting, 'pile-refused'));
}

/** 104 → 103. */
export function status(state: JfyState, { seq, body }: Heard<'status'>, view: DriverView): JfyStep {
  const { gunNo } = body;
  const answer = reply(seq, 'statusAck', { gunNo, again: 0 });
  const connectorNo = connectorOf(gunNo);
  if (connectorNo === undefined) return step(state, answer);
  const measurement = measurementOf(state, connectorNo, body, view);
  const healthy = andThen(step(state, answer), (s) =>
    health(s, connectorNo, measurement.status === 'faulted'),
  );
  const told = andThen(healthy, (s) =>
    outcomeOf(s, connectorNo, measurement, body.state === 'start-failed', view),
  );
  return andThen(told, (s) => step(s, emit({ type: 'Measured', measurement })));
}

/** 108 → 107: which bits are set; what they mean the maker has not published. */
export function alarm(state: JfyState, { seq, body }: Heard<'alarm'>): JfyStep {
  const bits = [...body.bits].flatMap((digit, at) =>
    [0, 1, 2, 3]
      .filter((bit) => (Number.parseInt(digit, 16) >> bit) & 1)
      // Two digits a byte, the high one first.
      .map((bit) => (at >> 1) * 8 + (at % 2 === 0 ? 4 : 0) + bit),
  );
  return step(
    state,
    reply(seq, 'alarmAck', {}),
    observed('alarm', { bits: bits.toSorted((a, b) => a - b) }),
  );
}

/** 302 → 301. */
export const bms = (state: JfyState, { seq, body }: Heard<'bms'>): JfyStep =>
  step(state, reply(seq, 'bmsAck', {}), observed('bms', { data: body.data }));
