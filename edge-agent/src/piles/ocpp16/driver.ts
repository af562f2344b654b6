import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Driver, DriverView } from '../driver.ts';
import type { OcppDown, OcppUp } from '../ocpp/messages.ts';
import { asTheDriverHasIt, type OwnSettingsOf } from '../ocpp/own-settings.ts';
import { andThen, type Call, emit, refuse, stay, step } from '../ocpp/steps.ts';
import { begin } from './begin.ts';
import { boot, bootMissing, heartbeat, lost, opened, promoted } from './boot.ts';
import { authorize } from './cards.ts';
import { commands } from './commands.ts';
import { restarted, welcome } from './configuration.ts';
import { drainOver } from './drains.ts';
import { forgetBase, limitDue, verify } from './limits.ts';
import { verifyList } from './local-list.ts';
import { meterValues } from './meter.ts';
import { availabilityAgain, OPERATIONS } from './operate.ts';
import { dataTransfer, securityEvent, signCertificate, transferStatus } from './reports.ts';
import { failed, result } from './results.ts';
import { OCPP16_SETTINGS, type Ocpp16Settings } from './settings.ts';
import { beginState, type Ocpp16State } from './state.ts';
import { goneOver, reveal, status } from './status.ts';
import type { Handler, OcppStep } from './step.ts';
import { stop } from './stop.ts';

/** What a station may send, by action (1.6 §4 and the security whitepaper). */
const HANDLERS: Readonly<Record<string, Handler>> = {
  Authorize: authorize,
  BootNotification: bootAndAfter,
  DataTransfer: dataTransfer,
  DiagnosticsStatusNotification: transferStatus,
  FirmwareStatusNotification: transferStatus,
  Heartbeat: heartbeat,
  LogStatusNotification: transferStatus,
  MeterValues: meterValues,
  SecurityEventNotification: securityEvent,
  SignCertificate: signCertificate,
  SignedFirmwareStatusNotification: transferStatus,
  StartTransaction: begin,
  StatusNotification: status,
  StopTransaction: stop,
};

/** A boot tells what was restarted, besides who it is. */
function bootAndAfter(state: Ocpp16State, message: Call, view: DriverView): OcppStep {
  const booted = boot(state, message, view);
  if (booted.state.phase !== 'served') return booted;
  return [restarted, forgetBase, availabilityAgain].reduce(andThen, booted);
}

/** [OCPP-A9] A station that is not adopted may boot, and nothing else. */
function onCall(state: Ocpp16State, message: Call, view: DriverView, raw: Uint8Array): OcppStep {
  const { action } = message;
  const served = promoted(state, view);
  return andThen(served, (s) => {
    if (s.phase !== 'served' && action !== 'BootNotification') {
      return step(s, refuse(message.call, 'SecurityError', 'no boot was accepted'));
    }
    const handler = Object.hasOwn(HANDLERS, action) ? HANDLERS[action] : undefined;
    return handler === undefined
      ? step(s, refuse(message.call, 'NotImplemented', `${action} is no message of OCPP 1.6`))
      : handler(s, message, view, raw);
  });
}

function onFrame(state: Ocpp16State, message: OcppUp, view: DriverView, raw: Uint8Array): OcppStep {
  switch (message.is) {
    case 'opened':
      return opened(state, view);
    case 'call':
      return onCall(state, message, view, raw);
    case 'result':
      return state.phase === 'served' ? result(state, message, view) : stay(state);
    case 'failed':
      return state.phase === 'served' ? failed(state, message, view) : stay(state);
    case 'deviation': {
      const { rule, action, path, seen, repair } = message;
      return step(state, emit({ type: 'Deviated', rule, action, path, seen, repair }));
    }
    case 'send':
      return stay(state);
  }
}

function command<D extends PileCommand['do']>(
  state: Ocpp16State,
  wish: Extract<PileCommand, { do: D }> & { readonly do: D },
  view: DriverView,
): OcppStep {
  return commands[wish.do](state, wish, view);
}

/** A station that is not served is told nothing. */
const onCommand = (state: Ocpp16State, wish: PileCommand, view: DriverView): OcppStep =>
  state.phase === 'served' ? command(state, wish, view) : stay(state);

const TIMERS: Readonly<
  Record<string, (state: Ocpp16State, connectorNo: number, view: DriverView) => OcppStep>
> = {
  boot: (state) => bootMissing(state),
  welcome: (state, _no, view) => andThen(welcome(state, view), verifyList),
  list: (state) => verifyList(state),
  drain: (state) => drainOver(state),
  gone: goneOver,
  limit: limitDue,
  show: reveal,
  verify,
};

function onTimer(state: Ocpp16State, timer: string, view: DriverView): OcppStep {
  const [kind = '', no = ''] = timer.split(':');
  if (state.phase !== 'served' || !Object.hasOwn(TIMERS, kind)) return stay(state);
  return TIMERS[kind]?.(state, Number(no), view) ?? stay(state);
}

/** [OCPP-C18] What the site could not take is not on disk: nobody answers, and the station keeps it. */
function onUnheard(state: Ocpp16State, event: PileEvent): OcppStep {
  const request = 'request' in event ? event.request : undefined;
  const waiting = state.waiting.filter((one) => one.request !== request);
  return stay({ ...state, waiting });
}

/** The site's end of OCPP 1.6 (`edge-agent/src/piles/ocpp/RULES.md`). */
export function ocpp16Driver(
  settings: Ocpp16Settings = OCPP16_SETTINGS,
  ownOf: OwnSettingsOf = asTheDriverHasIt,
): Driver<Ocpp16State, OcppUp, OcppDown> {
  return {
    vendor: 'ocpp',
    capabilities: ['remote-start', 'remote-stop', 'power-limit', 'reboot', 'card-list'],
    operations: OPERATIONS,
    begin: (pileNo) => beginState(pileNo, { ...settings, ...ownOf(pileNo) }),
    onFrame,
    onCommand,
    onTimer,
    onClosed: lost,
    onUnheard,
  };
}
