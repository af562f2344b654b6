import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { DriverView, LostWhy } from '../driver.ts';
import { integerAt, textAt } from '../ocpp/fields.ts';
import { spreadOf } from '../ocpp/spread.ts';
import { NEW_CLOCK } from '../ocpp/station-clock.ts';
import {
  andThen,
  answer,
  type Call,
  call,
  emit,
  type OcppEffect,
  stay,
  step,
} from '../ocpp/steps.ts';
import { type BootNote, connectorCountOf, readMemory } from './memory.ts';
import { beginState, connectorNosOf, type Ocpp16State, withMemory } from './state.ts';
import { type OcppStep, remember } from './step.ts';

const PROTOCOL = '1.6';

/** [OCPP-A7] Seconds, spread so that stations that started together do not ask together. */
const spreadSeconds = ({ pileNo, settings }: Ocpp16State, seconds: number): number =>
  seconds + spreadOf(pileNo, (seconds * settings.jitterPercent) / 100);

const loggedIn = ({ memory }: Ocpp16State): OcppEffect =>
  emit({
    type: 'PileLoggedIn',
    protocolVersion: PROTOCOL,
    firmware: memory.boot?.firmware ?? '',
    connectorCount: memory.boot?.connectors ?? 1,
    dc: memory.boot?.dc ?? false,
  });

const isAdopted = ({ pileNo }: Ocpp16State, view: DriverView): boolean =>
  view.site.pile(pileNo)?.adopted === true;

/** [OCPP-A8] An adopted station is served from the opening on, whether it boots or not. */
export function opened(state: Ocpp16State, view: DriverView): OcppStep {
  const fresh = withMemory(
    { ...beginState(state.pileNo, state.settings), openedAtMs: view.nowMs },
    readMemory(view.site.notes(state.pileNo)),
  );
  if (!isAdopted(fresh, view)) return stay({ ...fresh, phase: 'unserved' });
  return serve(fresh);
}

const serve = (state: Ocpp16State): OcppStep =>
  step(
    { ...state, phase: 'served', announced: true },
    { do: 'admit' },
    loggedIn(state),
    state.memory.boot === null
      ? { do: 'arm', timer: 'boot', ms: state.settings.bootWaitMs }
      : { do: 'arm', timer: 'welcome', ms: spreadOf(state.pileNo, state.settings.welcomeMs) },
  );

/** A station that was adopted while it was connected is served from its next call on. */
export const promoted = (state: Ocpp16State, view: DriverView): OcppStep =>
  state.phase === 'unserved' && isAdopted(state, view) ? serve(state) : stay(state);

/** It never said what it is: it is asked, once ([OCPP-A8], [OCPP-D9]). */
export const bootMissing = (state: Ocpp16State): OcppStep =>
  state.booted || state.memory.boot !== null || !state.settings.isTended
    ? stay(state)
    : step(
        state,
        call(
          'TriggerMessage',
          { requestedMessage: 'BootNotification' },
          'trigger:BootNotification',
        ),
      );

function bootNoteOf({ memory, quirks }: Ocpp16State, { payload }: Call): BootNote {
  const { boot } = memory;
  return {
    vendor: textAt(payload, 'chargePointVendor'),
    model: textAt(payload, 'chargePointModel'),
    firmware: textAt(payload, 'firmwareVersion'),
    serial: textAt(payload, 'chargePointSerialNumber') || textAt(payload, 'chargeBoxSerialNumber'),
    connectors: boot?.connectors ?? connectorCountOf(integerAt(payload, 'numberOfConnectors')),
    dc: quirks.dc ?? boot?.dc ?? false,
  };
}

const bootAnswer = (status: string, view: DriverView, interval: number) => ({
  status,
  currentTime: writeTime(view.nowMs),
  interval,
});

/** BootNotification: accepted, pending or refused as the station is adopted, known or neither. */
export function boot(state: Ocpp16State, message: Call, view: DriverView): OcppStep {
  if (state.phase !== 'served') return bootUnserved(state, message, view);
  const { pileNo, settings } = state;
  const interval = spreadSeconds(state, settings.heartbeatSeconds);
  const kept = remember({ ...state, booted: true, clock: NEW_CLOCK }, 'boot', {
    boot: bootNoteOf(state, message),
  });
  return andThen(kept, (s) =>
    step(
      s,
      loggedIn(s),
      answer(message.call, bootAnswer('Accepted', view, interval)),
      { do: 'disarm', timer: 'boot' },
      { do: 'arm', timer: 'welcome', ms: spreadOf(pileNo, settings.welcomeMs) },
      // [OCPP-C11] What ran before the boot is asked for, and waited for.
      ...connectorNosOf(s).flatMap((no): OcppEffect[] =>
        view.site.openCharges(pileNo).some(({ connectorNo }) => connectorNo === no)
          ? [{ do: 'arm', timer: `gone:${no}`, ms: settings.goneMs }]
          : [],
      ),
    ),
  );
}

function bootUnserved(state: Ocpp16State, message: Call, view: DriverView): OcppStep {
  const known = view.site.pile(state.pileNo) !== undefined;
  const interval = spreadSeconds(state, state.settings.pendingSeconds);
  const met = withMemory({ ...state, announced: true }, { boot: bootNoteOf(state, message) });
  const status = known ? 'Pending' : 'Rejected';
  return step(met, loggedIn(met), answer(message.call, bootAnswer(status, view, interval)));
}

/** Heartbeat: the station sets its clock by the answer. */
export const heartbeat = (state: Ocpp16State, message: Call, view: DriverView): OcppStep =>
  step(state, answer(message.call, { currentTime: writeTime(view.nowMs) }));

/** More connectors than were known: the site is told, and they are kept. */
export function withConnectors(state: Ocpp16State, count: number): OcppStep {
  const { boot: known } = state.memory;
  const connectors = connectorCountOf(count);
  if (known === null || connectors <= known.connectors) return stay(state);
  const kept = remember(state, 'boot', { boot: { ...known, connectors } });
  return andThen(kept, (s) => step(s, loggedIn(s)));
}

/** Only a loss of a station that the site heard of is told. */
export const lost = (state: Ocpp16State, why: LostWhy): OcppStep =>
  state.announced
    ? step({ ...state, announced: false }, emit({ type: 'PileLost', why }))
    : stay(state);
