import { pileTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { MessageOf } from '@holdfast/protocols/kernel/frame';
import type { Peer } from '@holdfast/protocols/kernel/peer';
import type { Frames } from '@holdfast/protocols/ykc/codec';
import type { BookNote, PileTariff } from '../books.ts';
import type { World } from '../frame-pile.ts';
import type { PileSetup } from '../setup.ts';
import { STOP } from './charge.ts';
import { arrive, ask, begin, end, leave, refuse, report, rest, telemetry } from './guns.ts';
import { confirmed, upload, uploadAll } from './records.ts';
import { type Gun, initialState, type PileState } from './state.ts';
import {
  arm,
  disarm,
  gunNoText,
  gunOf,
  gunTimer,
  OWN_SEQ,
  type PileStep,
  send,
  stay,
  thenStep,
  withGun,
} from './step.ts';

type Heard<N extends keyof Frames> = MessageOf<Frames, N>;

const RETRY_MS = 10_000;
/** A plug that comes within 60 s of a remote start still starts the charge (ykc.md §6). */
const LATE_PLUG_MS = 60_000;
const LATE_PLUG_DELAY_MS: readonly [number, number] = [2_000, 20_000];
const BOOT_MS: readonly [number, number] = [2_000, 6_000];

function tariffOf(body: Heard<'priceModel'>['body']): PileTariff {
  return {
    modelNo: body.modelNo,
    electricity: [
      body.sharpElecPrice,
      body.peakElecPrice,
      body.flatElecPrice,
      body.valleyElecPrice,
    ],
    service: [
      body.sharpServicePrice,
      body.peakServicePrice,
      body.flatServicePrice,
      body.valleyServicePrice,
    ],
    slots: body.slots,
  };
}

const heartbeats = (state: PileState): PileStep =>
  stay(
    state,
    ...state.guns.map((gun) =>
      send({
        name: 'heartbeat',
        seq: OWN_SEQ,
        body: { pileNo: state.setup.pileNo, gunNo: gunNoText(gun.no), gunStatus: 'normal' },
      }),
    ),
    arm('heartbeat', state.setup.pace.heartbeatMs),
  );

const login = (state: PileState): PileStep =>
  stay(
    state,
    send({
      name: 'login',
      seq: OWN_SEQ,
      body: {
        pileNo: state.setup.pileNo,
        pileType: 'dc',
        gunCount: state.setup.connectorCount,
        protocolVersion: 0x10,
        firmware: 'V2.4.1',
        networkType: 'sim',
        iccid: '89860000000000000000',
        carrier: 'mobile',
      },
    }),
    arm('login', RETRY_MS),
  );

const checkTariff = (state: PileState): PileStep =>
  stay(
    state,
    send({
      name: 'priceModelCheck',
      seq: OWN_SEQ,
      body: { pileNo: state.setup.pileNo, modelNo: state.tariff?.modelNo ?? '0000' },
    }),
    arm('tariff', RETRY_MS),
  );

/** Prices are known: the guns open, and every running charge is told of. */
function ready(state: PileState, nowMs: number): PileStep {
  const fresh = !state.ready;
  let step = thenStep(stay({ ...state, ready: true }, disarm('tariff')), heartbeats);
  for (const gun of state.guns) {
    step = thenStep(step, (s) => report(s, gun, nowMs));
    if (fresh && gun.phase === 'empty') step = thenStep(step, (s) => rest(s, gun));
  }
  return step;
}

/** Power fails: what was charging ends, goes into flash, and the pile boots. */
function powerCut(state: PileState, nowMs: number): PileStep {
  let step: PileStep = stay(state);
  for (const gun of state.guns) step = thenStep(step, (s) => end(s, gun, STOP.powerCut, nowMs));
  const { random, faults } = state.setup;
  const wrongClock = random.once(faults.wrongClockOneIn);
  const clockOffsetMs = wrongClock ? random.between(-12, 12) * 3_600_000 : step.state.clockOffsetMs;
  return thenStep(step, (s) =>
    stay(
      { ...s, powered: false, loggedIn: false, clockOffsetMs },
      arm('boot', random.between(...BOOT_MS)),
      { do: 'close', why: 'power cut' },
    ),
  );
}

function onGunTimer(state: PileState, gun: Gun, timer: string, nowMs: number): PileStep {
  switch (timer) {
    case 'arrive':
      return arrive(state, gun, nowMs);
    case 'ask':
      return ask(state, gun);
    case 'telemetry':
      return telemetry(state, gun, nowMs);
    case 'full':
      return end(state, gun, STOP.energy, nowMs);
    case 'leave':
      return leave(state, gun, nowMs);
    case 'cut':
      return powerCut(state, nowMs);
    case 'late-plug':
      return latePlug(state, gun, nowMs);
    default:
      return stay(state);
  }
}

function latePlug(state: PileState, gun: Gun, nowMs: number): PileStep {
  const start = gun.lateStart;
  if (start === null || gun.phase !== 'empty' || nowMs > start.untilMs) return stay(state);
  const { tradeNo, balanceFen } = start;
  const accepted = send({
    name: 'remoteStartAck',
    seq: OWN_SEQ,
    body: {
      tradeNo,
      pileNo: state.setup.pileNo,
      gunNo: gunNoText(gun.no),
      result: 'ok',
      failReason: 'none',
    },
  });
  return thenStep(stay(state, disarm(gunTimer(gun.no, 'arrive')), accepted), (s) =>
    begin(s, gun, { tradeNo, startedBy: 'remote', balanceFen }, nowMs),
  );
}

type StartRefusal = 'connector-busy' | 'device-fault' | 'not-plugged';

function onRemoteStart(state: PileState, message: Heard<'remoteStart'>, nowMs: number): PileStep {
  const { tradeNo, gunNo, balance: balanceFen } = message.body;
  const gun = gunOf(state, Number(gunNo));
  const answer = (refusal: StartRefusal | 'none') =>
    send({
      name: 'remoteStartAck',
      seq: message.seq,
      body: {
        tradeNo,
        pileNo: state.setup.pileNo,
        gunNo,
        result: refusal === 'none' ? 'ok' : 'failed',
        failReason: refusal,
      },
    });
  if (gun === undefined || !state.ready) return stay(state, answer('device-fault'));
  if (gun.phase === 'plugged') {
    return thenStep(stay(state, answer('none')), (s) =>
      begin(s, gun, { tradeNo, startedBy: 'remote', balanceFen }, nowMs),
    );
  }
  if (gun.phase !== 'empty') return stay(state, answer('connector-busy'));
  const { random, faults } = state.setup;
  const lateStart = { tradeNo, balanceFen, untilMs: nowMs + LATE_PLUG_MS };
  const comes = random.once(faults.latePlugOneIn)
    ? [arm(gunTimer(gun.no, 'late-plug'), random.between(...LATE_PLUG_DELAY_MS))]
    : [];
  return stay(withGun(state, { ...gun, lateStart }), answer('not-plugged'), ...comes);
}

function onRemoteStop(state: PileState, message: Heard<'remoteStop'>, nowMs: number): PileStep {
  const { pileNo, gunNo } = message.body;
  const gun = gunOf(state, Number(gunNo));
  const charging = gun?.charge !== null && gun !== undefined;
  const answer = send({
    name: 'remoteStopAck',
    seq: message.seq,
    body: {
      pileNo,
      gunNo,
      result: charging ? 'ok' : 'failed',
      failReason: charging ? 'none' : 'not-charging',
    },
  });
  if (!charging) return stay(state, answer);
  return thenStep(stay(state, answer), (s) => end(s, gun, STOP.remote, nowMs));
}

function onStartAnswer(state: PileState, message: Heard<'startApplyAck'>, nowMs: number): PileStep {
  const { tradeNo, gunNo, authOk, balance: balanceFen } = message.body;
  const gun = gunOf(state, Number(gunNo));
  if (gun === undefined || gun.phase !== 'asking' || gun.visit === null) return stay(state);
  if (authOk !== 'ok') return refuse(state, gun);
  const startedBy = gun.visit.pays;
  return begin(state, gun, { tradeNo, startedBy, balanceFen }, nowMs);
}

type On = Peer<PileState, Frames, 'pile', BookNote, World>['on'];

/** Login, prices, starts, stops and records: what a charge hangs on. */
const mainLine = {
  loginAck: (state, { body }) =>
    body.result === 'accepted'
      ? thenStep(stay({ ...state, loggedIn: true }, disarm('login')), (s) =>
          thenStep(checkTariff(s), uploadAll),
        )
      : stay({ ...state, loggedIn: false }, disarm('login')),
  heartbeatAck: (state) => stay(state),
  priceModelCheckAck: (state, { body }, nowMs) =>
    body.result === 'same' && state.tariff !== null
      ? ready(state, nowMs)
      : stay(
          state,
          send({
            name: 'priceModelRequest',
            seq: OWN_SEQ,
            body: { pileNo: state.setup.pileNo },
          }),
          arm('tariff', RETRY_MS),
        ),
  priceModel: (state, { body }, nowMs) => ready({ ...state, tariff: tariffOf(body) }, nowMs),
  priceModelSet: (state, { seq, body }) => {
    const idle = state.guns.every((gun) => gun.charge === null);
    const result = idle ? 'ok' : 'failed';
    const { pileNo } = body;
    const answer = send({ name: 'priceModelSetAck', seq, body: { pileNo, result } });
    return stay(idle ? { ...state, tariff: tariffOf(body) } : state, answer);
  },
  readRealtime: (state, { body }, nowMs) => {
    const gun = gunOf(state, Number(body.gunNo));
    return gun === undefined ? stay(state) : report(state, gun, nowMs);
  },
  startApplyAck: onStartAnswer,
  remoteStart: onRemoteStart,
  remoteStop: onRemoteStop,
  orderAck: (state, { body }) => confirmed(state, body.tradeNo, body.result === 'stored'),
  timeSync: (state, { seq, body: { pileNo, time } }, nowMs) =>
    stay(
      time.ms === null
        ? state
        : { ...state, clockOffsetMs: time.ms - nowMs, platformOffsetMs: time.ms - nowMs },
      send({ name: 'timeSyncAck', seq, body: { pileNo, time: pileTimeOf(time.ms ?? nowMs) } }),
    ),
} as const satisfies Partial<On>;

/** Everything else is done at once and said to be done. */
const service = {
  balanceUpdate: (state, { seq, body: { pileNo, physicalCardNo } }) =>
    stay(
      state,
      send({ name: 'balanceUpdateAck', seq, body: { pileNo, physicalCardNo, result: 'ok' } }),
    ),
  offlineCardSync: (state, { seq, body: { pileNo } }) =>
    stay(
      state,
      send({ name: 'offlineCardSyncAck', seq, body: { pileNo, result: 'ok', failReason: 'none' } }),
    ),
  offlineCardClear: (state, { seq, body: { pileNo } }) =>
    stay(state, send({ name: 'offlineCardClearAck', seq, body: { pileNo, cards: [] } })),
  offlineCardQuery: (state, { seq, body: { pileNo } }) =>
    stay(state, send({ name: 'offlineCardQueryAck', seq, body: { pileNo, cards: [] } })),
  workParamSet: (state, { seq, body: { pileNo } }) =>
    stay(state, send({ name: 'workParamAck', seq, body: { pileNo, result: 'ok' } })),
  reboot: (state, { seq, body: { pileNo } }, nowMs) =>
    thenStep(stay(state, send({ name: 'rebootAck', seq, body: { pileNo, result: 'ok' } })), (s) =>
      powerCut(s, nowMs),
    ),
  ota: (state, { seq, body: { pileNo } }) =>
    stay(state, send({ name: 'otaAck', seq, body: { pileNo, status: 'ok' } })),
  parkLockControl: (state, { seq, body: { pileNo, gunNo } }) =>
    stay(
      state,
      send({
        name: 'parkLockControlAck',
        seq,
        body: { pileNo, gunNo, result: 'ok', reserved: '00000000' },
      }),
    ),
  qrPrefix: (state, { seq, body: { pileNo } }) =>
    stay(state, send({ name: 'qrPrefixAck', seq, body: { pileNo, result: 0 } })),
  // Two guns for one car are not among the cars that come here.
  parallelStartApplyAck: (state) => stay(state),
  parallelRemoteStart: (state) => stay(state),
} as const satisfies Partial<On>;

function onTimer(state: PileState, timer: string, nowMs: number): PileStep {
  const [kind, ...parts] = timer.split(':');
  if (kind === 'order') return upload(state, parts.join(':'));
  if (kind === 'boot') return stay({ ...state, powered: true });
  if (kind === 'gun') return gunTimerOf(state, parts, nowMs);
  if (!state.connected) return stay(state);
  if (kind === 'login') return login(state);
  return kind === 'tariff' ? checkTariff(state) : heartbeats(state);
}

function onWorld(state: PileState, { world }: World): PileStep {
  if (world === 'connected') return login({ ...state, connected: true });
  if (world === 'close-the-shop') return stay({ ...state, closing: true });
  return stay(
    { ...state, connected: false, loggedIn: false },
    disarm('heartbeat'),
    disarm('login'),
    disarm('tariff'),
  );
}

/** The pile's end of 云快充: what each frame of the platform makes it do (ykc.md §6). */
export const virtualPile = (
  setup: PileSetup,
): Peer<PileState, Frames, 'pile', BookNote, World> => ({
  initial: initialState(setup),
  on: { ...mainLine, ...service },
  onTimer,
  onCommand: onWorld,
});

function gunTimerOf(
  state: PileState,
  [no, timer = '']: readonly string[],
  nowMs: number,
): PileStep {
  const gun = gunOf(state, Number(no));
  return gun === undefined ? stay(state) : onGunTimer(state, gun, timer, nowMs);
}
