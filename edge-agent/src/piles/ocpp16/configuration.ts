import type { DriverView } from '../driver.ts';
import { type Fields, listAt, textAt, textsIn } from '../ocpp/fields.ts';
import { andThen, call, forEach, type Result, stay, step, tagOf } from '../ocpp/steps.ts';
import { withConnectors } from './boot.ts';
import { hasProfile, itemsOf, numberOf, sameValue } from './keys.ts';
import { verifyList } from './local-list.ts';
import { type ConfigurationNote, KEYS_MAX, type KeyNote } from './memory.ts';
import { chargeAt, connectorNosOf, connectorOf, type Ocpp16State } from './state.ts';
import { type OcppStep, remember } from './step.ts';
import { trigger } from './trigger.ts';

const VALUE_CHARS = 500;
/** What a note holds of them, with room for what else it says (64 kB in UTF-8). */
const NOTE_CHARS = 16_000;
/** Values that nobody may read here ([OCPP-A11]). */
const SECRET = /authorizationkey|password|secret|privatekey/i;
/** A station that answers nothing to "all" is asked for so many at a time, unless it says more. */
const CHUNK = 10;
const CHUNK_MAX = 50;

/** Keys that the driver lives by: asked for by name where "all" did not bring them ([OCPP-D1]). */
const NEEDED: readonly string[] = [
  'SupportedFeatureProfiles',
  'NumberOfConnectors',
  'MeterValuesSampledData',
  'MeterValueSampleInterval',
  'MeterValuesSampledDataMaxLength',
  'ClockAlignedDataInterval',
  'HeartbeatInterval',
  'WebSocketPingInterval',
  'StopTransactionOnEVSideDisconnect',
  'UnlockConnectorOnEVSideDisconnect',
  'StopTransactionOnInvalidId',
  'LocalAuthListEnabled',
  'LocalAuthListMaxLength',
  'SendLocalListMaxLength',
  'ChargeProfileMaxStackLevel',
  'ChargingScheduleAllowedChargingRateUnit',
  'ChargingScheduleMaxPeriods',
  'MaxChargingProfilesInstalled',
  'ConnectorPhaseRotation',
];

/** What every station is set to ([OCPP-C12], [OCPP-D3]); the configuration of the edge goes over it. */
function wantedOf(state: Ocpp16State): Readonly<Record<string, string>> {
  const { quirks, settings } = state;
  const longest = numberOf(state, 'MeterValuesSampledDataMaxLength');
  const measurands = quirks.measurands === 'leave' ? [] : quirks.measurands.slice(0, longest);
  return {
    WebSocketPingInterval: '30',
    HeartbeatInterval: String(settings.heartbeatSeconds),
    StopTransactionOnEVSideDisconnect: 'true',
    UnlockConnectorOnEVSideDisconnect: 'true',
    StopTransactionOnInvalidId: 'true',
    LocalAuthListEnabled: 'true',
    MeterValueSampleInterval: '30',
    // A reading at each quarter of an hour falls on the borders of tariffs.
    ClockAlignedDataInterval: '900',
    ...(measurands.length === 0 ? {} : { MeterValuesSampledData: measurands.join(',') }),
    ...settings.configuration,
  };
}

/** Of no firmware: a station may say that it has none, and is set all the same. */
const UNREAD = '?';
const NO_CONFIGURATION: ConfigurationNote = {
  firmware: UNREAD,
  keys: {},
  unknown: [],
  rebootPending: false,
};

const noteOf = ({ memory }: Ocpp16State): ConfigurationNote =>
  memory.configuration ?? NO_CONFIGURATION;

const firmwareOf = ({ memory }: Ocpp16State): string => memory.boot?.firmware ?? '';

/** After a boot or an opening: what is not known is asked for. */
export function welcome(state: Ocpp16State, view: DriverView): OcppStep {
  if (!state.settings.isTended) return stay(state);
  const { configuration } = state.memory;
  const known = configuration !== null && configuration.firmware === firmwareOf(state);
  const read = known
    ? stay(state)
    : step(state, call('GetConfiguration', {}, tagOf('config', 'all')));
  return andThen(read, (s) => askStates(s, view));
}

/** [OCPP-C11] How the connectors stand, and what is still being charged. */
const askStates = (state: Ocpp16State, view: DriverView): OcppStep =>
  forEach(state, connectorNosOf(state), (s, no) => {
    const { status } = connectorOf(s, no);
    const asked = status === '' ? trigger(s, 'StatusNotification', no) : stay(s);
    if (chargeAt(s, no, view) === undefined) return asked;
    return andThen(asked, (t) => trigger(t, 'MeterValues', no));
  });

const keyNoteOf = (fields: Fields): KeyNote => ({
  value: textAt(fields, 'value').slice(0, VALUE_CHARS),
  readonly: fields['readonly'] === true,
});

/** As many keys as a note holds: those that the driver lives by first, however much a station tells. */
function withinNote(keys: Readonly<Record<string, KeyNote>>): Readonly<Record<string, KeyNote>> {
  const isNeeded = ([key]: readonly [string, KeyNote]): boolean => NEEDED.includes(key);
  const entries = Object.entries(keys);
  const inOrder = [...entries.filter(isNeeded), ...entries.filter((entry) => !isNeeded(entry))];
  let chars = 0;
  return Object.fromEntries(
    inOrder.slice(0, KEYS_MAX).filter((entry) => {
      chars += JSON.stringify(entry).length;
      return chars <= NOTE_CHARS;
    }),
  );
}

/** What the station has said of its keys, over what was known. */
function merged(before: ConfigurationNote, payload: Fields): ConfigurationNote {
  const said = listAt(payload, 'configurationKey').flatMap((fields) => {
    const key = textAt(fields, 'key');
    return key === '' || SECRET.test(key) ? [] : [[key, keyNoteOf(fields)] as const];
  });
  const keys = withinNote({ ...before.keys, ...Object.fromEntries(said) });
  const unknown = new Set([...before.unknown, ...textsIn(payload['unknownKey'])]);
  for (const [key] of said) unknown.delete(key);
  return { ...before, keys, unknown: NEEDED.filter((key) => unknown.has(key)) };
}

const keep = (state: Ocpp16State, configuration: ConfigurationNote): OcppStep =>
  remember(state, 'configuration', { configuration });

const getKeys = (state: Ocpp16State, key: readonly string[], part: string): OcppStep =>
  step(state, call('GetConfiguration', { key }, tagOf('config', part)));

/** [OCPP-D1] Asks for the next of the keys that "all" did not bring. */
function readOn(state: Ocpp16State): OcppStep {
  const { keys, unknown } = noteOf(state);
  const missing = state.toRead.filter((key) => !(key in keys) && !unknown.includes(key));
  const chunk = Math.min(
    CHUNK_MAX,
    Math.max(1, numberOf(state, 'GetConfigurationMaxKeys') ?? CHUNK),
  );
  const next = missing.slice(0, chunk);
  const left = { ...state, toRead: missing.slice(chunk) };
  return next.length === 0 ? adopt(left) : getKeys(left, next, 'part');
}

/** The answer to "all" or to a part of it. */
export function configurationRead(state: Ocpp16State, result: Result): OcppStep {
  const [, part] = result.tag.split(':');
  const kept = keep(state, merged(noteOf(state), result.payload));
  if (part === 'again') return kept;
  const toRead = part === 'all' ? NEEDED : kept.state.toRead;
  return andThen({ ...kept, state: { ...kept.state, toRead } }, (s) => readOn(s));
}

/** "All" was too much for it: by name, then. A part that it cannot answer is left out. */
export function configurationUnread(state: Ocpp16State, tag: string): OcppStep {
  const [, part] = tag.split(':');
  if (part === 'again') return stay(state);
  return readOn(part === 'all' ? { ...state, toRead: NEEDED } : state);
}

/** All is read: what differs is set, once for each firmware, and profiles of others go ([OCPP-D5]). */
function adopt(state: Ocpp16State): OcppStep {
  const note = noteOf(state);
  if (note.firmware === firmwareOf(state) && state.memory.configuration !== null) {
    return stay(state);
  }
  const kept = keep(state, { ...note, firmware: firmwareOf(state) });
  const counted = andThen(kept, (s) => withConnectors(s, numberOf(s, 'NumberOfConnectors') ?? 1));
  const cleared = andThen(counted, (s) =>
    hasProfile(s, 'SmartCharging') && numberOf(s, 'ChargeProfileMaxStackLevel') !== undefined
      ? step(s, call('ClearChargingProfile', {}, 'clear-profiles'))
      : stay(s),
  );
  const set = andThen(cleared, (s) =>
    forEach(s, Object.entries(wantedOf(s)), (t, [key, value]) => {
      const now = note.keys[key];
      if (now === undefined || now.readonly || sameValue(key, now.value, value)) return stay(t);
      return step(t, call('ChangeConfiguration', { key, value }, tagOf('set', key)));
    }),
  );
  return andThen(set, verifyList);
}

/** [OCPP-D2] What a station made of a value is read again; some of it counts after a restart only. */
export function configurationSet(state: Ocpp16State, key: string, status: string): OcppStep {
  if (status !== 'Accepted' && status !== 'RebootRequired') return stay(state);
  const note = noteOf(state);
  const kept =
    status === 'RebootRequired' && !note.rebootPending
      ? keep(state, { ...note, rebootPending: true })
      : stay(state);
  return state.settings.isTended ? andThen(kept, (s) => getKeys(s, [key], 'again')) : kept;
}

/** A boot is a restart: what waited for one counts now. */
export function restarted(state: Ocpp16State): OcppStep {
  const { configuration } = state.memory;
  if (configuration === null || !configuration.rebootPending) return stay(state);
  return keep(state, { ...configuration, rebootPending: false });
}

/**
 * [OCPP-E11] How the lines of a connector are turned, e.g. `RST`: as the station says, else as its
 * currents have shown (`?` for what is not known); empty: nobody knows.
 */
export function rotationOf(state: Ocpp16State, connectorNo: number): string {
  const value = state.memory.configuration?.keys['ConnectorPhaseRotation']?.value ?? '';
  const items = itemsOf(value).map((item) => item.split('.'));
  const own = items.find(([no]) => no === String(connectorNo)) ?? items.find(([no]) => no === '0');
  const said = own?.[1] ?? (items[0]?.length === 1 ? items[0][0] : undefined);
  const learnt = state.memory.rotation[connectorNo] ?? '';
  return said !== undefined && /^[RST]{3}$/.test(said) ? said : learnt;
}
