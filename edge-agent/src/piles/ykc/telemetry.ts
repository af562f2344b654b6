import { faultsOf } from '@holdfast/protocols/ykc/reasons';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { DriverView } from '../driver.ts';
import { nameOf, tradeNoOf } from './map.ts';
import { type Gun, gunOf, withGun, type YkcState } from './state.ts';
import { andThen, connectorOf, emit, type Heard, reply, step, type YkcStep } from './step.ts';
import { pushWhenIdle } from './tariff.ts';

const NO_FAULTS: readonly string[] = [];
/** The wire counts 0.1 V and 0.1 A. */
const MILLI_PER_COUNT = 100;
const YES_NO = { yes: true, no: false, unsure: null } as const;

/** [YKC-HB-1]: answered at once; [YKC-HB-2]: the site hears of a gun's health when it changes. */
export function heartbeat(state: YkcState, { seq, body }: Heard<'heartbeat'>): YkcStep {
  const { gunNo } = body;
  const answer = reply(seq, 'heartbeatAck', { pileNo: state.pileNo, gunNo, ack: 0 });
  const connectorNo = connectorOf(gunNo);
  const faulted = body.gunStatus !== 'normal';
  if (gunOf(state, connectorNo).faulted === faulted) return step(state, answer);
  return step(
    withGun(state, connectorNo, { faulted }),
    answer,
    emit({ type: 'ConnectorHealth', connectorNo, faulted }),
  );
}

const socOf = (state: YkcState, { status, soc }: Heard<'realtime'>['body']): number | null =>
  state.dc && status === 'charging' && soc <= 100 ? soc : null;

/** [YKC-RT-1] to [YKC-RT-4]: 0x13 in neutral words. */
export function measurementOf(state: YkcState, body: Heard<'realtime'>['body']): Measurement {
  const { dialect } = state;
  const homed = nameOf(body.gunHomed);
  const plugged = nameOf(body.plugged);
  return {
    connectorNo: connectorOf(body.gunNo),
    tradeNo: tradeNoOf(body.tradeNo),
    status: nameOf(body.status) ?? 'unknown',
    plugged: plugged === undefined ? null : YES_NO[plugged],
    homed: homed === undefined ? null : YES_NO[homed],
    voltageMv: body.voltage * MILLI_PER_COUNT,
    currentMa: body.current * MILLI_PER_COUNT,
    soc: socOf(state, body),
    energy: body.energy,
    // Losses are never configured, and some piles leave the field empty (ykc.md §3).
    lossEnergy: body.lossEnergy === 0n ? body.energy : body.lossEnergy,
    amount: body.amount,
    chargedMinutes: body.chargedMinutes,
    remainMinutes: body.remainMinutes,
    cableTempC: body.cableTemp,
    batteryMaxTempC: body.batteryMaxTemp,
    faults:
      body.faultBits === 0
        ? NO_FAULTS
        : faultsOf(body.faultBits, dialect.faultBitBase, dialect.faults).map(({ id }) => id),
  };
}

/** What a report says of a gun's use; a pile that is faulted in mid-charge still names the charge. */
function useOf({ status, tradeNo }: Measurement): Gun['use'] {
  if (status === 'charging') return 'busy';
  if (status === 'idle' || tradeNo === null) return 'idle';
  return 'busy';
}

/** 0x13. */
export function realtime(state: YkcState, { body }: Heard<'realtime'>, view: DriverView): YkcStep {
  const measurement = measurementOf(state, body);
  const { connectorNo } = measurement;
  const told = emit({ type: 'Measured', measurement });
  const gun = gunOf(state, connectorNo);
  const use = useOf(measurement);
  // Once it charges, the report and not the start says that it does.
  const startingUntilMs = use === 'busy' ? 0 : gun.startingUntilMs;
  const changed = gun.use !== use || gun.startingUntilMs !== startingUntilMs;
  const seen = changed ? withGun(state, connectorNo, { use, startingUntilMs }) : state;
  if (seen.waitingTariff === null) return step(seen, told);
  return andThen(step(seen, told), (s) => pushWhenIdle(s, view.nowMs));
}
