import type { Dialect, OnCall } from '../ocpp/dialect.ts';
import { isoOf, numberOf, type Payload, partOf, partsOf, textOf, timeOf } from '../ocpp/payload.ts';
import { compositeAt, type Profile, profileOf } from '../ocpp/profiles.ts';
import {
  answering,
  cancelReservation,
  forgetCache,
  isBlocked,
  job,
  keptForOther,
  remoteStart,
  remoteStop,
  reserve,
  reset,
  setAvailable,
  setProfile,
  type Triggered,
  trigger,
  unlock,
  updateList,
  withLimits,
} from '../ocpp/service.ts';
import type { PileState } from '../ocpp/state.ts';
import { ask, gunOf, pileNow, stay } from '../ocpp/step.ts';
import { AFTER_REBOOT, READ_ONLY } from './settings.ts';

/** The dialect is made of these handlers, so they get it when they are called. */
type Handlers = Readonly<Record<string, (dialect: Dialect) => OnCall>>;

const says = (done: boolean): Payload => ({ status: done ? 'Accepted' : 'Rejected' });

const charging: Handlers = {
  RemoteStartTransaction: (dialect) => (state, payload, call, nowMs) => {
    const card = textOf(payload, 'idTag') ?? '';
    const no = numberOf(payload, 'connectorId');
    const starter = { startedBy: 'remote', card, tokenType: '', remoteStartId: null } as const;
    const gun = no === undefined ? undefined : gunOf(state, no);
    const other = (gun !== undefined && keptForOther(gun, card)) || isBlocked(state, card);
    const profile = profileOf(no ?? 0, partOf(payload, 'chargingProfile'));
    const [done, next] = other
      ? ([false, stay] as const)
      : remoteStart(dialect, state, no, starter, nowMs);
    const known = profile === undefined || !done ? state : withOwnLimit(state, profile);
    return answering(known, call, says(done), next);
  },
  RemoteStopTransaction: (dialect) => (state, payload, call, nowMs) => {
    const no = numberOf(payload, 'transactionId');
    const isMeant = (ref: string): boolean => no !== undefined && state.numbers.get(ref) === no;
    const [done, next] = remoteStop(dialect, state, isMeant, nowMs);
    return answering(state, call, says(done), next);
  },
  UnlockConnector: (dialect) => (state, payload, call, nowMs) => {
    const gun = gunOf(state, numberOf(payload, 'connectorId') ?? 0);
    if (gun === undefined) return answering(state, call, { status: 'NotSupported' });
    return answering(state, call, { status: 'Unlocked' }, unlock(dialect, gun, nowMs));
  },
  ChangeAvailability: (dialect) => (state, payload, call, nowMs) => {
    const no = numberOf(payload, 'connectorId') ?? 0;
    const operative = textOf(payload, 'type') === 'Operative';
    if (no !== 0 && gunOf(state, no) === undefined) return answering(state, call, says(false));
    const { scheduled, next } = setAvailable(dialect, state, no, operative, nowMs);
    return answering(state, call, { status: scheduled ? 'Scheduled' : 'Accepted' }, next);
  },
  ReserveNow: (dialect) => (state, payload, call, nowMs) => {
    const reservation = {
      id: numberOf(payload, 'reservationId') ?? 0,
      card: textOf(payload, 'idTag') ?? '',
      untilMs: timeOf(payload, 'expiryDate') ?? 0,
    };
    const no = numberOf(payload, 'connectorId');
    const [status, next] = reserve(dialect, state, no, reservation, nowMs);
    return answering(state, call, { status }, next);
  },
  CancelReservation: (dialect) => (state, payload, call, nowMs) => {
    const id = numberOf(payload, 'reservationId');
    const [done, next] = cancelReservation(dialect, state, id, nowMs);
    return answering(state, call, says(done), next);
  },
};

function withOwnLimit(state: PileState, profile: Profile): PileState {
  return { ...state, profiles: [...state.profiles.filter(({ id }) => id !== profile.id), profile] };
}

/** Whether a filter of ClearChargingProfile means a profile. */
function isCleared(filter: Payload, profile: Profile): boolean {
  const id = numberOf(filter, 'id');
  if (id !== undefined) return profile.id === id;
  const no = numberOf(filter, 'connectorId');
  const purpose = textOf(filter, 'chargingProfilePurpose');
  const level = numberOf(filter, 'stackLevel');
  return (
    (no === undefined || profile.connectorNo === no) &&
    (purpose === undefined || textOf(profile.raw, 'chargingProfilePurpose') === purpose) &&
    (level === undefined || profile.stackLevel === level)
  );
}

const limits: Handlers = {
  SetChargingProfile: (dialect) => (state, payload, call, nowMs) => {
    const no = numberOf(payload, 'connectorId') ?? 0;
    const profile = profileOf(no, partOf(payload, 'csChargingProfiles'));
    const running = no === 0 ? undefined : gunOf(state, no)?.charge;
    if (profile === undefined || (profile.purpose === 'tx' && !running)) {
      return answering(state, call, says(false));
    }
    return answering(state, call, says(true), setProfile(dialect, state, profile, nowMs));
  },
  ClearChargingProfile: (dialect) => (state, payload, call, nowMs) => {
    const left = state.profiles.filter((profile) => !isCleared(payload, profile));
    const status = left.length < state.profiles.length ? 'Accepted' : 'Unknown';
    return answering(state, call, { status }, withLimits(dialect, left, nowMs));
  },
  GetCompositeSchedule: () => (state, payload, call, nowMs) => {
    const connectorNo = numberOf(payload, 'connectorId') ?? 0;
    const atMs = pileNow(state, nowMs);
    const chargeFromMs = gunOf(state, connectorNo)?.charge?.readings[0]?.atMs ?? null;
    const { limitW } = compositeAt(state.profiles, { connectorNo, atMs, chargeFromMs });
    const limit = Math.min(limitW, state.setup.powerW);
    return answering(state, call, {
      status: 'Accepted',
      connectorId: connectorNo,
      scheduleStart: isoOf(atMs),
      chargingSchedule: {
        duration: numberOf(payload, 'duration') ?? 0,
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }],
      },
    });
  },
};

const memory: Handlers = {
  GetConfiguration: () => (state, payload, call) => {
    const asked = Array.isArray(payload['key']) ? payload['key'].map(String) : [];
    const wanted = asked.length === 0 ? [...state.settings.keys()] : asked;
    return answering(state, call, {
      configurationKey: wanted
        .filter((key) => state.settings.has(key))
        .map((key) => ({ key, readonly: READ_ONLY.has(key), value: state.settings.get(key) })),
      unknownKey: wanted.filter((key) => !state.settings.has(key)),
    });
  },
  ChangeConfiguration: () => (state, payload, call) => {
    const key = textOf(payload, 'key') ?? '';
    const value = textOf(payload, 'value') ?? '';
    if (!state.settings.has(key)) return answering(state, call, { status: 'NotSupported' });
    if (READ_ONLY.has(key)) return answering(state, call, says(false));
    const heartbeatMs = key === 'HeartbeatInterval' ? Number(value) * 1_000 : state.heartbeatMs;
    if (!(heartbeatMs >= 1_000)) return answering(state, call, says(false));
    const settings = new Map(state.settings).set(key, value);
    const status = AFTER_REBOOT.has(key) ? 'RebootRequired' : 'Accepted';
    return answering({ ...state, settings, heartbeatMs }, call, { status });
  },
  GetLocalListVersion: () => (state, _payload, call) =>
    answering(state, call, { listVersion: state.cards.version }),
  SendLocalList: () => (state, payload, call) => {
    const next = updateList(state, {
      version: numberOf(payload, 'listVersion') ?? 0,
      full: textOf(payload, 'updateType') === 'Full',
      cards: partsOf(payload, 'localAuthorizationList').map((entry) => {
        const status = textOf(partOf(entry, 'idTagInfo'), 'status');
        const allowed = status === undefined ? null : status === 'Accepted';
        return { card: textOf(entry, 'idTag') ?? '', allowed };
      }),
    });
    return next === undefined
      ? answering(state, call, { status: 'VersionMismatch' })
      : answering(next, call, { status: 'Accepted' });
  },
  ClearCache: () => (state, _payload, call) => answering(forgetCache(state), call, says(true)),
  DataTransfer: () => (state, payload, call) =>
    answering(state, call, {
      status: textOf(payload, 'vendorId') === 'Holdfast' ? 'Accepted' : 'UnknownVendorId',
    }),
};

const TRIGGERS: Readonly<Record<string, Triggered>> = {
  BootNotification: 'boot',
  Heartbeat: 'heartbeat',
  MeterValues: 'meter',
  StatusNotification: 'status',
};

const onTrigger =
  (dialect: Dialect): OnCall =>
  (state, payload, call, nowMs) => {
    const requested = textOf(payload, 'requestedMessage') ?? '';
    if (requested === 'SignChargePointCertificate') {
      const commonName = state.setup.pileNo;
      return answering(state, call, says(true), (s) => stay(s, job({ job: 'sign', commonName })));
    }
    const what = TRIGGERS[requested];
    if (what === undefined) return answering(state, call, { status: 'NotImplemented' });
    const no = numberOf(payload, 'connectorId');
    return answering(state, call, says(true), trigger(dialect, what, no, nowMs));
  };

const upkeep: Handlers = {
  Reset: (dialect) => (state, payload, call, nowMs) =>
    answering(state, call, says(true), reset(dialect, textOf(payload, 'type') === 'Hard', nowMs)),
  TriggerMessage: onTrigger,
  ExtendedTriggerMessage: onTrigger,
  UpdateFirmware: () => (state, payload, call) => {
    const url = textOf(payload, 'location') ?? '';
    return answering(state, call, {}, (s) =>
      stay(
        s,
        ask('told', { action: 'FirmwareStatusNotification', payload: { status: 'Downloading' } }),
        job({ job: 'download', url, request: null }),
      ),
    );
  },
  GetDiagnostics: () => (state, payload, call) => {
    const url = textOf(payload, 'location') ?? '';
    return answering(state, call, { fileName: 'diagnostics.log' }, (s) =>
      stay(
        s,
        ask('told', { action: 'DiagnosticsStatusNotification', payload: { status: 'Uploading' } }),
        job({ job: 'upload', url, request: null }),
      ),
    );
  },
  SignedUpdateFirmware: () => (state, payload, call) => {
    const url = textOf(partOf(payload, 'firmware'), 'location') ?? '';
    const request = numberOf(payload, 'requestId') ?? 0;
    return answering(state, call, says(true), (s) =>
      stay(s, job({ job: 'download', url, request })),
    );
  },
  GetLog: () => (state, payload, call) => {
    const url = textOf(partOf(payload, 'log'), 'remoteLocation') ?? '';
    const request = numberOf(payload, 'requestId') ?? 0;
    return answering(state, call, { status: 'Accepted', filename: 'pile.log' }, (s) =>
      stay(s, job({ job: 'upload', url, request })),
    );
  },
  CertificateSigned: () => (state, payload, call) =>
    answering(state, call, says(textOf(payload, 'certificateChain')?.includes('BEGIN') ?? false)),
  InstallCertificate: () => (state, _payload, call) => answering(state, call, says(true)),
  DeleteCertificate: () => (state, _payload, call) =>
    answering(state, call, { status: 'NotFound' }),
  GetInstalledCertificateIds: () => (state, _payload, call) =>
    answering(state, call, { status: 'NotFound' }),
};

/** Everything that OCPP 1.6 and its security paper let a central system ask of a charge point. */
export const HANDLERS: Handlers = { ...charging, ...limits, ...memory, ...upkeep };
