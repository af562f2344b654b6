import { isoOf, numberOf, type Payload, partOf, partsOf, textOf } from '../ocpp/payload.ts';
import { compositeAt, type Profile, profileOf } from '../ocpp/profiles.ts';
import { answering, setProfile, withLimits } from '../ocpp/service.ts';
import { ask, gunOf, pileNow, stay } from '../ocpp/step.ts';
import { evseOf, type Handlers, says } from './answers.ts';

/** Whether a filter of Clear or GetChargingProfiles means a profile. */
function isMeant(criteria: Payload, profile: Profile): boolean {
  const ids = criteria['chargingProfileId'];
  if (Array.isArray(ids)) return ids.includes(profile.id);
  if (typeof ids === 'number') return ids === profile.id;
  const evse = evseOf(criteria);
  const purpose = textOf(criteria, 'chargingProfilePurpose');
  const level = numberOf(criteria, 'stackLevel');
  return (
    (evse === undefined || profile.connectorNo === evse) &&
    (purpose === undefined || textOf(profile.raw, 'chargingProfilePurpose') === purpose) &&
    (level === undefined || profile.stackLevel === level)
  );
}

/** Smart charging (2.0.1 K). */
export const limits: Handlers = {
  SetChargingProfile: (dialect) => (state, payload, call, nowMs) => {
    const no = evseOf(payload) ?? 0;
    const raw = partOf(payload, 'chargingProfile');
    const profile = profileOf(no, raw);
    const named = textOf(raw, 'transactionId');
    const running = gunOf(state, no)?.charge?.ref;
    const fits = profile?.purpose !== 'tx' || (running !== undefined && running === named);
    if (profile === undefined || !fits) return answering(state, call, says(false));
    return answering(state, call, says(true), setProfile(dialect, state, profile, nowMs));
  },
  ClearChargingProfile: (dialect) => (state, payload, call, nowMs) => {
    const id = numberOf(payload, 'chargingProfileId');
    const criteria = partOf(payload, 'chargingProfileCriteria');
    const filter = id === undefined ? criteria : { chargingProfileId: id };
    const left = state.profiles.filter((profile) => !isMeant(filter, profile));
    const status = left.length < state.profiles.length ? 'Accepted' : 'Unknown';
    return answering(state, call, { status }, withLimits(dialect, left, nowMs));
  },
  GetChargingProfiles: () => (state, payload, call) => {
    const criteria = { ...partOf(payload, 'chargingProfile'), evseId: payload['evseId'] };
    const found = state.profiles.filter((profile) => isMeant(criteria, profile));
    const requestId = numberOf(payload, 'requestId') ?? 0;
    const reports = found.map((profile, i) =>
      ask('told', {
        action: 'ReportChargingProfiles',
        payload: {
          requestId,
          chargingLimitSource: 'CSO',
          evseId: profile.connectorNo,
          chargingProfile: [profile.raw],
          tbc: i < found.length - 1,
        },
      }),
    );
    const status = found.length === 0 ? 'NoProfiles' : 'Accepted';
    return answering(state, call, { status }, (s) => stay(s, ...reports));
  },
  GetCompositeSchedule: () => (state, payload, call, nowMs) => {
    const evseId = evseOf(payload) ?? 0;
    const atMs = pileNow(state, nowMs);
    const chargeFromMs = gunOf(state, evseId)?.charge?.readings[0]?.atMs ?? null;
    const { limitW } = compositeAt(state.profiles, { connectorNo: evseId, atMs, chargeFromMs });
    const limit = Math.min(limitW, state.setup.powerW);
    return answering(state, call, {
      status: 'Accepted',
      schedule: {
        evseId,
        duration: numberOf(payload, 'duration') ?? 0,
        scheduleStart: isoOf(atMs),
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }],
      },
    });
  },
  UpdateDynamicSchedule: (dialect) => (state, payload, call, nowMs) => {
    const id = numberOf(payload, 'chargingProfileId');
    const limit = numberOf(partOf(payload, 'scheduleUpdate'), 'limit');
    const old = state.profiles.find((profile) => profile.id === id);
    if (old === undefined || limit === undefined) return answering(state, call, says(false));
    const [schedule = {}] = partsOf(old.raw, 'chargingSchedule');
    const periods = [{ startPeriod: 0, limit }];
    const raw = {
      ...old.raw,
      chargingSchedule: [{ ...schedule, chargingSchedulePeriod: periods }],
    };
    const profile = profileOf(old.connectorNo, raw);
    if (profile === undefined) return answering(state, call, says(false));
    return answering(state, call, says(true), setProfile(dialect, state, profile, nowMs));
  },
};
