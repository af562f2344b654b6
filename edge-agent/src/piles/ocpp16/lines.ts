import { rotationIn, withPair } from '../ocpp/phase-learning.ts';
import { gridCurrentsOf, lineCurrentsOf } from '../ocpp/readout.ts';
import type { Sample } from '../ocpp/sampled-values.ts';
import { andThen, forEach, observed, stay, step } from '../ocpp/steps.ts';
import { rotationOf } from './configuration.ts';
import { connectorNosOf, connectorOf, type Ocpp16State, withConnector } from './state.ts';
import { type OcppStep, remember } from './step.ts';

/** Two meters that are read so close together saw the same. */
const TOGETHER_MS = 2_000;

/** [OCPP-E11] The main meter has told of its lines: each connector's are compared with them. */
export function gridSeen(state: Ocpp16State, samples: readonly Sample[], atMs: number): OcppStep {
  const currents = lineCurrentsOf(samples);
  if (currents === null) return stay(state);
  const known = { ...state, grid: { atMs, currents } };
  return forEach(known, connectorNosOf(known), compared);
}

/** What a connector's lines and those of the grid did together, where both were read at one time. */
function compared(state: Ocpp16State, connectorNo: number): OcppStep {
  const { lines, wiring } = connectorOf(state, connectorNo);
  const { grid } = state;
  if (grid === null || lines === null || Math.abs(grid.atMs - lines.atMs) > TOGETHER_MS) {
    return stay(state);
  }
  const pair = { atMs: lines.atMs, pile: lines.currents, grid: grid.currents };
  const now = withPair(wiring, pair);
  const rotation = rotationIn(now);
  const counted = withConnector(state, connectorNo, { wiring: now });
  const before = state.memory.rotation[connectorNo];
  if (rotation === '' || rotation === before) return stay(counted);
  const kept = remember(counted, 'rotation', {
    rotation: { ...state.memory.rotation, [connectorNo]: rotation },
  });
  return andThen(kept, (s) => step(s, observed('phaseRotation', { connectorNo, rotation })));
}

/** The lines of the grid that a connector loads, where its wiring turns them ([OCPP-E11]). */
export function linesSeen(
  state: Ocpp16State,
  connectorNo: number,
  samples: readonly Sample[],
  atMs: number,
): OcppStep {
  const currents = lineCurrentsOf(samples);
  const read =
    currents === null
      ? stay(state)
      : compared(withConnector(state, connectorNo, { lines: { atMs, currents } }), connectorNo);
  return andThen(read, (s) => {
    const rotation = rotationOf(s, connectorNo);
    if (rotation === '' || rotation === 'RST') return stay(s);
    const lines = gridCurrentsOf(samples, rotation);
    return lines === null ? stay(s) : step(s, observed('gridLines', { connectorNo, lines }));
  });
}
