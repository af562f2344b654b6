import type { Measurement } from '@holdfast/shared/pile/measurement';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import { expect, test } from 'vitest';
import { connectorStateOf } from './connector-state.ts';

const measured = (status: Measurement['status'], plugged: boolean | null): Measurement => ({
  connectorNo: 1,
  tradeNo: null,
  status,
  plugged,
  homed: null,
  voltageMv: 0,
  currentMa: 0,
  soc: null,
  energy: energyStep(0n),
  lossEnergy: energyStep(0n),
  amount: moneyStep(0n),
  chargedMinutes: 0,
  remainMinutes: 0,
  cableTempC: null,
  batteryMaxTempC: null,
  faults: [],
});
const known = { online: true, faulted: false, measurement: undefined, orderState: undefined };

test.each([
  ['a pile that is away', { ...known, online: false, orderState: 'charging' }, 'offline'],
  ['nothing heard yet', known, 'unknown'],
  ['idle', { ...known, measurement: measured('idle', false) }, 'idle'],
  ['plug unknown', { ...known, measurement: measured('idle', null) }, 'idle'],
  ['plugged in', { ...known, measurement: measured('idle', true) }, 'plugged'],
  [
    'order opened',
    { ...known, measurement: measured('idle', true), orderState: 'starting' },
    'starting',
  ],
  ['order charges', { ...known, orderState: 'charging' }, 'charging'],
  [
    'charges alone (offline card)',
    { ...known, measurement: measured('charging', true) },
    'charging',
  ],
  [
    'told to stop',
    { ...known, measurement: measured('charging', true), orderState: 'stopping' },
    'finishing',
  ],
  [
    'ended, still plugged',
    { ...known, measurement: measured('idle', true), orderState: 'awaiting-record' },
    'finishing',
  ],
  [
    'ended and unplugged',
    { ...known, measurement: measured('idle', false), orderState: 'awaiting-record' },
    'idle',
  ],
  ['fault in the report', { ...known, measurement: measured('faulted', true) }, 'faulted'],
  [
    'fault in the heartbeat',
    { ...known, faulted: true, measurement: measured('idle', true) },
    'faulted',
  ],
  ['the gun is cut off', { ...known, measurement: measured('offline', null) }, 'offline'],
  ['a status without a name', { ...known, measurement: measured('unknown', true) }, 'unknown'],
] as const)('%s', (_what, facts, state) => {
  expect(connectorStateOf(facts)).toBe(state);
});
