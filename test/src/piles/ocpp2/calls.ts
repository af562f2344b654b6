import { numberOf, partOf, partsOf, textOf, timeOf } from '../ocpp/payload.ts';
import { profileOf } from '../ocpp/profiles.ts';
import {
  answering,
  cancelReservation,
  forgetCache,
  isBlocked,
  keptForOther,
  remoteStart,
  remoteStop,
  reserve,
  reset,
  setAvailable,
  unlock,
  updateList,
} from '../ocpp/service.ts';
import { gunOf, stay } from '../ocpp/step.ts';
import { evseOf, type Handlers, says } from './answers.ts';
import { limits } from './limits.ts';
import { upkeep } from './upkeep.ts';

const charging: Handlers = {
  RequestStartTransaction: (dialect) => (state, payload, call, nowMs) => {
    const token = partOf(payload, 'idToken');
    const card = textOf(token, 'idToken') ?? '';
    const starter = {
      startedBy: 'remote',
      card,
      tokenType: textOf(token, 'type') ?? 'Central',
      remoteStartId: numberOf(payload, 'remoteStartId') ?? 0,
    } as const;
    const no = evseOf(payload);
    const gun = no === undefined ? undefined : gunOf(state, no);
    const refused = (gun !== undefined && keptForOther(gun, card)) || isBlocked(state, card);
    const [done, next] = refused
      ? ([false, stay] as const)
      : remoteStart(dialect, state, no, starter, nowMs);
    const profile = profileOf(no ?? 0, partOf(payload, 'chargingProfile'));
    const known =
      profile === undefined || !done
        ? state
        : { ...state, profiles: [...state.profiles.filter((p) => p.id !== profile.id), profile] };
    return answering(known, call, says(done), next);
  },
  RequestStopTransaction: (dialect) => (state, payload, call, nowMs) => {
    const id = textOf(payload, 'transactionId');
    const [done, next] = remoteStop(dialect, state, (ref) => ref === id, nowMs);
    return answering(state, call, says(done), next);
  },
  GetTransactionStatus: () => (state, payload, call) => {
    const id = textOf(payload, 'transactionId');
    const waits = state.outbox.kept.some(({ ref }) => id === undefined || ref === id);
    const runs = state.guns.some(({ charge }) => charge !== null && charge.ref === id);
    return answering(state, call, {
      messagesInQueue: waits,
      ...(id === undefined ? {} : { ongoingIndicator: runs }),
    });
  },
  UnlockConnector: (dialect) => (state, payload, call, nowMs) => {
    const gun = gunOf(state, evseOf(payload) ?? 0);
    if (gun === undefined) return answering(state, call, { status: 'UnknownConnector' });
    if (gun.charge !== null) {
      return answering(state, call, { status: 'OngoingAuthorizedTransaction' });
    }
    return answering(state, call, { status: 'Unlocked' }, unlock(dialect, gun, nowMs));
  },
  ChangeAvailability: (dialect) => (state, payload, call, nowMs) => {
    const no = evseOf(payload) ?? 0;
    const operative = textOf(payload, 'operationalStatus') === 'Operative';
    if (no !== 0 && gunOf(state, no) === undefined) return answering(state, call, says(false));
    const { scheduled, next } = setAvailable(dialect, state, no, operative, nowMs);
    return answering(state, call, { status: scheduled ? 'Scheduled' : 'Accepted' }, next);
  },
  ReserveNow: (dialect) => (state, payload, call, nowMs) => {
    const reservation = {
      id: numberOf(payload, 'id') ?? 0,
      card: textOf(partOf(payload, 'idToken'), 'idToken') ?? '',
      untilMs: timeOf(payload, 'expiryDateTime') ?? 0,
    };
    const [status, next] = reserve(dialect, state, evseOf(payload), reservation, nowMs);
    return answering(state, call, { status }, next);
  },
  CancelReservation: (dialect) => (state, payload, call, nowMs) => {
    const id = numberOf(payload, 'reservationId');
    const [done, next] = cancelReservation(dialect, state, id, nowMs);
    return answering(state, call, says(done), next);
  },
  Reset: (dialect) => (state, payload, call, nowMs) => {
    const busy = state.guns.some(({ charge }) => charge !== null);
    const idle = textOf(payload, 'type') === 'OnIdle';
    if (idle && busy) {
      return answering({ ...state, resetsWhenIdle: true }, call, { status: 'Scheduled' });
    }
    return answering(state, call, says(true), reset(dialect, !idle, nowMs));
  },
};

const cards: Handlers = {
  GetLocalListVersion: () => (state, _payload, call) =>
    answering(state, call, { versionNumber: state.cards.version }),
  SendLocalList: () => (state, payload, call) => {
    const next = updateList(state, {
      version: numberOf(payload, 'versionNumber') ?? 0,
      full: textOf(payload, 'updateType') === 'Full',
      cards: partsOf(payload, 'localAuthorizationList').map((entry) => {
        const status = textOf(partOf(entry, 'idTokenInfo'), 'status');
        return {
          card: textOf(partOf(entry, 'idToken'), 'idToken') ?? '',
          allowed: status === undefined ? null : status === 'Accepted',
        };
      }),
    });
    return next === undefined
      ? answering(state, call, { status: 'VersionMismatch' })
      : answering(next, call, { status: 'Accepted' });
  },
  ClearCache: () => (state, _payload, call) => answering(forgetCache(state), call, says(true)),
};

/** What OCPP 2.0.1 and 2.1 let a central system ask of a station. */
export const HANDLERS: Handlers = { ...charging, ...cards, ...limits, ...upkeep };
