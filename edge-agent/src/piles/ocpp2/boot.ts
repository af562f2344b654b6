import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { DriverView, LostWhy } from '../driver.ts';
import { fieldsAt, textAt } from '../ocpp/fields.ts';
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
import { countOf, numberOf, type Place, withPlace } from './connectors.ts';
import { type BootNote, readMemory } from './memory.ts';
import { beginState, type Ocpp2State, withMemory } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

/** [OCPP-A7] Seconds, spread so that stations that started together do not ask together. */
const spreadSeconds = ({ pileNo, settings }: Ocpp2State, seconds: number): number =>
  seconds + spreadOf(pileNo, (seconds * settings.jitterPercent) / 100);

const loggedIn = ({ memory, version }: Ocpp2State): OcppEffect =>
  emit({
    type: 'PileLoggedIn',
    protocolVersion: version,
    firmware: memory.boot?.firmware ?? '',
    connectorCount: countOf(memory.connectors),
    dc: memory.boot?.dc ?? false,
  });

const isAdopted = ({ pileNo }: Ocpp2State, view: DriverView): boolean =>
  view.site.pile(pileNo)?.adopted === true;

/** [OCPP-A8] An adopted station is served from the opening on, whether it boots or not. */
export function opened(state: Ocpp2State, view: DriverView): Ocpp2Step {
  const { pileNo, version, settings } = state;
  const fresh = withMemory(
    { ...beginState(pileNo, version, settings), openedAtMs: view.nowMs },
    readMemory(view.site.notes(pileNo)),
  );
  return isAdopted(fresh, view) ? serve(fresh) : stay({ ...fresh, phase: 'unserved' });
}

const serve = (state: Ocpp2State): Ocpp2Step =>
  step(
    { ...state, phase: 'served', announced: true },
    { do: 'admit' },
    loggedIn(state),
    state.memory.boot === null
      ? { do: 'arm', timer: 'boot', ms: state.settings.bootWaitMs }
      : { do: 'arm', timer: 'welcome', ms: spreadOf(state.pileNo, state.settings.welcomeMs) },
  );

/** A station that was adopted while it was connected is served from its next call on. */
export const promoted = (state: Ocpp2State, view: DriverView): Ocpp2Step =>
  state.phase === 'unserved' && isAdopted(state, view) ? serve(state) : stay(state);

/** It never said what it is: it is asked, once ([OCPP-A8], [OCPP-D9]). */
export const bootMissing = (state: Ocpp2State): Ocpp2Step =>
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

function bootNoteOf({ memory, quirks }: Ocpp2State, { payload }: Call): BootNote {
  const station = fieldsAt(payload, 'chargingStation');
  return {
    vendor: textAt(station, 'vendorName'),
    model: textAt(station, 'model'),
    firmware: textAt(station, 'firmwareVersion'),
    serial: textAt(station, 'serialNumber'),
    dc: quirks.dc ?? memory.boot?.dc ?? false,
  };
}

const bootAnswer = (status: string, view: DriverView, interval: number) => ({
  status,
  currentTime: writeTime(view.nowMs),
  interval,
});

/** BootNotification (B01 to B03): accepted, pending or refused as it is adopted, known or neither. */
export function boot(state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step {
  if (state.phase !== 'served') return bootUnserved(state, message, view);
  const { pileNo, settings } = state;
  const interval = spreadSeconds(state, settings.heartbeatSeconds);
  const kept = remember({ ...state, booted: true, clock: NEW_CLOCK }, 'boot', {
    boot: bootNoteOf(state, message),
  });
  const accepted = andThen(kept, (s) =>
    step(
      s,
      loggedIn(s),
      answer(message.call, bootAnswer('Accepted', view, interval)),
      { do: 'disarm', timer: 'boot' },
      { do: 'arm', timer: 'welcome', ms: spreadOf(pileNo, settings.welcomeMs) },
    ),
  );
  return andThen(accepted, restarted);
}

/** What was set and waited for a restart counts now ([OCPP-D2]). */
function restarted(state: Ocpp2State): Ocpp2Step {
  const { model } = state.memory;
  if (model?.rebootPending !== true) return stay(state);
  return remember(state, 'model', { model: { ...model, rebootPending: false } });
}

function bootUnserved(state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step {
  const known = view.site.pile(state.pileNo) !== undefined;
  const interval = spreadSeconds(state, state.settings.pendingSeconds);
  const met = withMemory({ ...state, announced: true }, { boot: bootNoteOf(state, message) });
  const status = known ? 'Pending' : 'Rejected';
  return step(met, loggedIn(met), answer(message.call, bootAnswer(status, view, interval)));
}

/** Heartbeat: the station sets its clock by the answer. */
export const heartbeat = (state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step =>
  step(state, answer(message.call, { currentTime: writeTime(view.nowMs) }));

/** A connector gets its number; the site is told when there are more than it knew. */
export function numberedPlace(
  state: Ocpp2State,
  place: Place,
): { readonly so: Ocpp2Step; readonly connectorNo: number | null } {
  const { connectors } = state.memory;
  const known = numberOf(connectors, place);
  if (known !== undefined) return { so: stay(state), connectorNo: known };
  const next = withPlace(connectors, place);
  if (next === connectors) return { so: stay(state), connectorNo: null };
  const kept = remember(state, 'connectors', { connectors: next });
  const more = countOf(next) > countOf(connectors);
  return {
    so: more ? andThen(kept, (s) => step(s, loggedIn(s))) : kept,
    connectorNo: numberOf(next, place) ?? null,
  };
}

/** Only a loss of a station that the site heard of is told. */
export const lost = (state: Ocpp2State, why: LostWhy): Ocpp2Step =>
  state.announced
    ? step({ ...state, announced: false }, emit({ type: 'PileLost', why }))
    : stay(state);
