import { STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Driver, DriverView } from '../driver.ts';
import type { OcppDown, OcppUp } from '../ocpp/messages.ts';
import { asTheDriverHasIt, type OwnSettingsOf } from '../ocpp/own-settings.ts';
import { andThen, type Call, emit, observed, refuse, stay, step } from '../ocpp/steps.ts';
import { availabilityAgain } from './availability.ts';
import { boot, bootMissing, heartbeat, lost, opened, promoted } from './boot.ts';
import { authorize } from './cards.ts';
import { commands } from './commands.ts';
import { dataTransfer } from './data-transfer.ts';
import { drainEnded } from './drains.ts';
import { notifyEvent } from './events.ts';
import { forgetBase, limitDue, verify } from './limits.ts';
import { verifyList } from './local-list.ts';
import { meterValues } from './meter.ts';
import { notifyReport, readModel } from './model.ts';
import { operationsOf } from './operate.ts';
import { askQueues } from './queues.ts';
import {
  chainStatus,
  chargingNeeds,
  declined,
  evCertificate,
  heard,
  nameOf,
  securityEvent,
  signCertificate,
  transferStatus,
  vatNumber,
} from './reports.ts';
import { failed, result } from './results.ts';
import { OCPP2_SETTINGS, type Ocpp2Settings, wishesIn } from './settings.ts';
import { beginState, type Ocpp2State, type Version2 } from './state.ts';
import { goneOver, reveal, status, vanish } from './status.ts';
import type { Handler, Ocpp2Step } from './step.ts';
import { transactionEvent, unheard } from './transactions.ts';
import { askStates } from './trigger.ts';

type StationAction = (typeof STATION_ACTIONS)[Version2][number];

/** A handler for everything that a station sends: leave one out and it does not compile. */
const HANDLERS: { readonly [A in StationAction]: Handler } = {
  Authorize: authorize,
  BatterySwap: heard,
  BootNotification: bootAndAfter,
  ClearedChargingLimit: heard,
  ClosePeriodicEventStream: heard,
  DataTransfer: dataTransfer,
  FirmwareStatusNotification: transferStatus,
  Get15118EVCertificate: evCertificate,
  GetCertificateChainStatus: chainStatus,
  GetCertificateStatus: declined('Failed'),
  Heartbeat: heartbeat,
  LogStatusNotification: transferStatus,
  MeterValues: meterValues,
  NotifyChargingLimit: heard,
  NotifyCustomerInformation: heard,
  NotifyDERAlarm: heard,
  NotifyDERStartStop: heard,
  NotifyDisplayMessages: heard,
  NotifyEVChargingNeeds: chargingNeeds,
  NotifyEVChargingSchedule: declined('Accepted'),
  NotifyEvent: notifyEvent,
  NotifyMonitoringReport: heard,
  // Sent without wanting an answer; as a call it is answered all the same.
  NotifyPeriodicEventStream: heard,
  NotifyPriorityCharging: heard,
  NotifyReport: notifyReport,
  NotifySettlement: heard,
  OpenPeriodicEventStream: declined('Accepted'),
  PublishFirmwareStatusNotification: transferStatus,
  // No profile of ours is dynamic.
  PullDynamicScheduleUpdate: declined('Rejected'),
  ReportChargingProfiles: heard,
  ReportDERControl: heard,
  ReservationStatusUpdate: heard,
  SecurityEventNotification: securityEvent,
  SignCertificate: signCertificate,
  StatusNotification: status,
  TransactionEvent: transactionEvent,
  VatNumberValidation: vatNumber,
};

const isKnown = (action: string, { version }: Ocpp2State): action is StationAction => {
  const actions: readonly string[] = STATION_ACTIONS[version];
  return actions.includes(action);
};

/** A boot tells what was restarted, besides who it is. */
function bootAndAfter(state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step {
  const booted = boot(state, message, view);
  if (booted.state.phase !== 'served') return booted;
  return andThen(andThen(booted, forgetBase), availabilityAgain);
}

/** [OCPP-A9] A station that is not adopted may boot, and nothing else (B02, B03). */
function onCall(state: Ocpp2State, message: Call, view: DriverView, raw: Uint8Array): Ocpp2Step {
  const { action } = message;
  return andThen(promoted(state, view), (s) => {
    if (s.phase !== 'served' && action !== 'BootNotification') {
      return step(s, refuse(message.call, 'SecurityError', 'no boot was accepted'));
    }
    return isKnown(action, s)
      ? HANDLERS[action](s, message, view, raw)
      : step(s, refuse(message.call, 'NotImplemented', `OCPP ${s.version} has no ${action}`));
  });
}

function onFrame(state: Ocpp2State, message: OcppUp, view: DriverView, raw: Uint8Array): Ocpp2Step {
  switch (message.is) {
    case 'opened':
      return opened(state, view);
    case 'call':
      return onCall(state, message, view, raw);
    case 'result':
      return result(state, message, view);
    case 'failed':
      return failed(state, message, view);
    case 'deviation': {
      const { rule, action, path, seen, repair } = message;
      return step(state, emit({ type: 'Deviated', rule, action, path, seen, repair }));
    }
    case 'send':
      return state.phase === 'served'
        ? step(state, observed(nameOf(message.action), message.payload))
        : stay(state);
  }
}

function command<D extends PileCommand['do']>(
  state: Ocpp2State,
  wish: Extract<PileCommand, { do: D }> & { readonly do: D },
  view: DriverView,
): Ocpp2Step {
  return commands[wish.do](state, wish, view);
}

/** A station that is not served is told nothing. */
const onCommand = (state: Ocpp2State, wish: PileCommand, view: DriverView): Ocpp2Step =>
  state.phase === 'served' ? command(state, wish, view) : stay(state);

/** What a station is asked once its opening, or its boot, is behind it ([OCPP-A7]). */
function welcome(state: Ocpp2State, view: DriverView): Ocpp2Step {
  if (!state.settings.isTended) return stay(state);
  const asked = andThen(askStates(state), (s) => askQueues(s, view));
  return andThen(andThen(asked, readModel), verifyList);
}

/** What a timer is about: a connector, or a transaction. */
type Due = (state: Ocpp2State, of: string, view: DriverView) => Ocpp2Step;

const TIMERS: Readonly<Record<string, Due>> = {
  boot: (state) => bootMissing(state),
  drain: (state, key) => drainEnded(state, key),
  gone: (state, no, view) => goneOver(state, Number(no), view),
  limit: (state, no, view) => limitDue(state, Number(no), view),
  list: (state) => verifyList(state),
  show: (state, no, view) => reveal(state, Number(no), view),
  vanish,
  verify: (state, no, view) => verify(state, Number(no), view),
  welcome: (state, _of, view) => welcome(state, view),
};

function onTimer(state: Ocpp2State, timer: string, view: DriverView): Ocpp2Step {
  const [kind = ''] = timer.split(':');
  if (state.phase !== 'served' || !Object.hasOwn(TIMERS, kind)) return stay(state);
  return TIMERS[kind]?.(state, timer.slice(kind.length + 1), view) ?? stay(state);
}

const onUnheard = (state: Ocpp2State, event: PileEvent): Ocpp2Step =>
  'request' in event && event.request !== undefined ? unheard(state, event.request) : stay(state);

/** The site's end of OCPP 2.0.1 and 2.1 (`edge-agent/src/piles/ocpp/RULES.md`). */
export function ocpp2Driver(
  version: Version2,
  settings: Ocpp2Settings = OCPP2_SETTINGS,
  ownOf: OwnSettingsOf = asTheDriverHasIt,
): Driver<Ocpp2State, OcppUp, OcppDown> {
  return {
    vendor: 'ocpp',
    capabilities: ['remote-start', 'remote-stop', 'power-limit', 'reboot', 'card-list'],
    operations: operationsOf(version),
    begin(pileNo) {
      const { configuration = {}, ...own } = ownOf(pileNo);
      const variables = [...settings.variables, ...wishesIn(configuration)];
      return beginState(pileNo, version, { ...settings, ...own, variables });
    },
    onFrame,
    onCommand,
    onTimer,
    onClosed: lost,
    onUnheard,
  };
}
