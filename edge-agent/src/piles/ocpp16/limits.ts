import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import type { LimitWay } from '../ocpp/quirks.ts';
import {
  andThen,
  call,
  commandAnswered,
  type Result,
  report,
  stay,
  step,
  tagOf,
} from '../ocpp/steps.ts';
import {
  amperesOf,
  clearLimit,
  clearSafe,
  isPause,
  levelOf,
  limitProfile,
  type ProfileWay,
  safeProfile,
  safeWOf,
  type Wish,
} from './charging-profile.ts';
import { hasProfile } from './keys.ts';
import {
  chargeAt,
  connectorNosOf,
  connectorOf,
  type Limit,
  type Ocpp16State,
  withConnector,
} from './state.ts';
import { type OcppStep, remember } from './step.ts';

type LimitCommand = Extract<PileCommand, { do: 'limitPower' }>;

/** The whole station, where a connector is meant. */
const STATION = 0;
/** A measured power so far above its limit is no error of measurement. */
const OVER_PERCENT = 110;
const OVER_W = 300;

const answeredNo = (state: Ocpp16State, connectorNo: number, why: string): OcppStep =>
  step(
    state,
    commandAnswered('limitPower', connectorNo === STATION ? null : connectorNo, false, { why }),
  );

/** The station's ways, in the order in which they are tried ([OCPP-D6]). */
function waysOf(state: Ocpp16State, connectorNo: number): readonly LimitWay[] {
  const { limitWays, vendorLimitKey } = state.quirks;
  const smart = hasProfile(state, 'SmartCharging');
  return limitWays.filter((way) => {
    if (way === 'vendor-key') return vendorLimitKey !== null;
    if (way === 'stop') return true;
    if (connectorNo === STATION) return smart && way === 'station-max';
    return smart;
  });
}

/** `limitPower`: wanted from now on; a pause is not lifted again at once ([OCPP-D7]). */
export function limitPower(state: Ocpp16State, command: LimitCommand, view: DriverView): OcppStep {
  const connectorNo = command.connectorNo ?? STATION;
  const { maxW, validSeconds } = command;
  const before = connectorOf(state, connectorNo).limit;
  if (maxW === null) return lift(state, connectorNo);
  const { pausedAtMs = 0, checkedWay = null } = before ?? {};
  const limit: Limit = { maxW, validSeconds, setAtMs: 0, pausedAtMs, checkedWay };
  const wanted = withConnector(state, connectorNo, { limit });
  const restMs = pausedAtMs + state.settings.pauseMs - view.nowMs;
  if (before !== null && isPause(state, before.maxW) && !isPause(state, maxW) && restMs > 0) {
    return step(wanted, { do: 'arm', timer: `limit:${connectorNo}`, ms: restMs });
  }
  return apply(wanted, connectorNo, state.memory.limit.way, view);
}

/** No limit of ours any more. */
function lift(state: Ocpp16State, connectorNo: number): OcppStep {
  const based = state.memory.limit.based.filter((no) => no !== connectorNo);
  const lifted = withConnector(state, connectorNo, { limit: null });
  return andThen(remember(lifted, 'limit', { limit: { ...state.memory.limit, based } }), (s) =>
    step(
      s,
      { do: 'disarm', timer: `limit:${connectorNo}` },
      { do: 'disarm', timer: `verify:${connectorNo}` },
      call('ClearChargingProfile', clearSafe(connectorNo), 'clear-profiles'),
      call('ClearChargingProfile', clearLimit(connectorNo), tagOf('lift', connectorNo)),
    ),
  );
}

/** The time of a pause is over: what is wanted now is set. */
export function limitDue(state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep {
  return connectorOf(state, connectorNo).limit === null
    ? stay(state)
    : apply(state, connectorNo, state.memory.limit.way, view);
}

/**
 * [OCPP-D8] The safe limit goes first, once, where it lies under ours. Where the least of both would
 * count, or it would be replaced, it must not be there: such a limit carries its own fall-back.
 */
function base(state: Ocpp16State, connectorNo: number, way: LimitWay): OcppStep {
  const { limit } = state.memory;
  const isThere = limit.based.includes(connectorNo);
  const isUnder = way === 'tx' || (way.startsWith('tx-default') && levelOf(state) > 0);
  if (isThere === isUnder || connectorNo === STATION) return stay(state);
  if (isUnder) {
    const safe = safeProfile(state, connectorNo);
    return step(state, call('SetChargingProfile', safe, tagOf('base', connectorNo)));
  }
  const based = limit.based.filter((no) => no !== connectorNo);
  return andThen(remember(state, 'limit', { limit: { ...limit, based } }), (s) =>
    step(s, call('ClearChargingProfile', clearSafe(connectorNo), 'clear-profiles')),
  );
}

/** After a boot, or a change of hands, nobody knows what lies there. */
export const forgetBase = (state: Ocpp16State): OcppStep =>
  state.memory.limit.based.length === 0
    ? stay(state)
    : remember(state, 'limit', { limit: { ...state.memory.limit, based: [] } });

/** Watts for a way: one that counts for all connectors takes the least, or the sum. */
function wishOf(state: Ocpp16State, connectorNo: number, way: LimitWay, limit: Limit): Wish {
  const safeW = safeWOf(state);
  const { validSeconds } = limit;
  if (connectorNo === STATION) {
    const all = safeW * connectorNosOf(state).length;
    return { connectorNo, watts: limit.maxW, validSeconds, safeW: Math.min(all, limit.maxW) };
  }
  const others = connectorNosOf(state).map((no) => connectorOf(state, no).limit?.maxW ?? safeW);
  if (way === 'tx-default-all') {
    return { connectorNo, watts: Math.min(limit.maxW, ...others), validSeconds, safeW };
  }
  if (way === 'station-max') {
    const sum = others.reduce((total, watts) => total + watts, 0);
    return { connectorNo, watts: sum, validSeconds, safeW: safeW * others.length };
  }
  return { connectorNo, watts: limit.maxW, validSeconds, safeW };
}

/** Puts a limit to the station by the way of that number, or by the first after it that can be. */
function apply(state: Ocpp16State, connectorNo: number, from: number, view: DriverView): OcppStep {
  const { limit } = connectorOf(state, connectorNo);
  if (limit === null) return stay(state);
  const ways = waysOf(state, connectorNo);
  const at = Math.min(from, Math.max(0, ways.length - 1));
  const pause = isPause(state, limit.maxW);
  const way = pause && state.quirks.refusesZero ? 'stop' : ways[at];
  if (way === undefined) return answeredNo(state, connectorNo, 'the station takes no limits');
  const timed = pause
    ? withConnector(state, connectorNo, { limit: { ...limit, pausedAtMs: view.nowMs } })
    : state;
  if (way === 'stop') return stopOver(timed, connectorNo, limit, view);
  const tag = tagOf('limit', connectorNo, at);
  if (way === 'vendor-key') {
    const key = state.quirks.vendorLimitKey ?? '';
    const value = pause ? '0' : String(Math.floor(amperesOf(state, limit.maxW)));
    return andThen(base(timed, connectorNo, way), (s) =>
      step(s, call('ChangeConfiguration', { key, value }, tag)),
    );
  }
  const { real, profile } = profileBy(timed, connectorNo, way, limit, view);
  return andThen(base(timed, connectorNo, real), (s) =>
    step(s, call('SetChargingProfile', profile, tag)),
  );
}

/** A limit as a profile: without a charge there is none of a charge. */
function profileBy(
  state: Ocpp16State,
  connectorNo: number,
  way: ProfileWay,
  limit: Limit,
  view: DriverView,
) {
  const charge = connectorNo === STATION ? undefined : chargeAt(state, connectorNo, view);
  const real = way === 'tx' && charge === undefined ? 'tx-default' : way;
  const wish = wishOf(state, connectorNo, real, limit);
  return { real, profile: limitProfile(state, real, wish, charge, view) };
}

/** The profile by which the limit of a connector holds now; `undefined`: it holds by none. */
export function limitNow(state: Ocpp16State, connectorNo: number, view: DriverView) {
  const { limit } = connectorOf(state, connectorNo);
  const ways = waysOf(state, connectorNo);
  const way = ways[Math.min(state.memory.limit.way, ways.length - 1)];
  if (limit === null || way === undefined || way === 'vendor-key' || way === 'stop') return;
  return profileBy(state, connectorNo, way, limit, view).profile;
}

/** The last way: what draws more than it may is stopped. */
function stopOver(
  state: Ocpp16State,
  connectorNo: number,
  { maxW }: Limit,
  view: DriverView,
): OcppStep {
  const { powerW } = connectorOf(state, connectorNo).readout;
  const charge = chargeAt(state, connectorNo, view);
  const why = 'the station takes no limits';
  if (charge === undefined || (powerW !== null && powerW <= maxW)) {
    return answeredNo(state, connectorNo, why);
  }
  return step(
    state,
    call('RemoteStopTransaction', { transactionId: charge.no }, tagOf('limit-stop', connectorNo)),
    commandAnswered('limitPower', connectorNo, true, { way: 'stop' }),
  );
}

/** What the station said of a limit: it holds, or the next way is tried ([OCPP-D6]). */
export function limitResult(state: Ocpp16State, result: Result, view: DriverView): OcppStep {
  const [, connector = '', way = ''] = result.tag.split(':');
  const connectorNo = Number(connector);
  const status = textAt(result.payload, 'status');
  if (status !== 'Accepted' && status !== 'RebootRequired') {
    return limitRefused(state, result.tag, view);
  }
  const { limit } = connectorOf(state, connectorNo);
  if (limit === null) return stay(state);
  const set = withConnector(state, connectorNo, { limit: { ...limit, setAtMs: view.nowMs } });
  const kept = wayWorks(set, Number(way));
  const ways = waysOf(state, connectorNo);
  return andThen(kept, (s) =>
    step(
      s,
      { do: 'arm', timer: `verify:${connectorNo}`, ms: s.settings.verifyMs },
      commandAnswered('limitPower', connectorNo === STATION ? null : connectorNo, true, {
        way: ways[Number(way)] ?? '',
      }),
    ),
  );
}

const wayWorks = (state: Ocpp16State, way: number): OcppStep =>
  state.memory.limit.way === way
    ? stay(state)
    : remember(state, 'limit', { limit: { ...state.memory.limit, way } });

/** Refused, or unanswered: the next way. */
export function limitRefused(state: Ocpp16State, tag: string, view: DriverView): OcppStep {
  const [, connector = '', way = ''] = tag.split(':');
  const connectorNo = Number(connector);
  const next = Number(way) + 1;
  return next < waysOf(state, connectorNo).length
    ? apply(state, connectorNo, next, view)
    : answeredNo(state, connectorNo, 'the station takes no limits');
}

/** The safe limit is there, and need not be sent again. */
export function baseResult(state: Ocpp16State, { tag, payload }: Result): OcppStep {
  const connectorNo = Number(tag.split(':')[1]);
  const { limit } = state.memory;
  if (textAt(payload, 'status') !== 'Accepted' || limit.based.includes(connectorNo)) {
    return stay(state);
  }
  return remember(state, 'limit', { limit: { ...limit, based: [...limit.based, connectorNo] } });
}

export const liftResult = (state: Ocpp16State, tag: string): OcppStep => {
  const connectorNo = Number(tag.split(':')[1]);
  const no = connectorNo === STATION ? null : connectorNo;
  // A profile that is not there is cleared as well (`Unknown`).
  return step(state, commandAnswered('limitPower', no, true, { way: 'none' }));
};

/** [OCPP-D6] A limit that is not kept was not understood, whatever was said: the next way. */
export function verify(state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep {
  const { limit, readout } = connectorOf(state, connectorNo);
  if (limit === null || readout.powerW === null) return stay(state);
  if (chargeAt(state, connectorNo, view) === undefined) return stay(state);
  if (readout.powerW * 100 <= limit.maxW * OVER_PERCENT + OVER_W * 100) return stay(state);
  const told = report(state, [
    {
      rule: 'OCPP-D6',
      action: 'SetChargingProfile',
      path: '/csChargingProfiles',
      seen: `${readout.powerW} W over a limit of ${limit.maxW} W`,
      repair: 'another way is tried',
    },
  ]);
  const tag = tagOf('limit', connectorNo, state.memory.limit.way);
  return andThen(told, (s) => limitRefused(s, tag, view));
}
