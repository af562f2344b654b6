import { balance, measure, meterEnergy, uint } from '../kernel/field.ts';
import { bcdTime } from '../kernel/field-bcd-time.ts';
import { choice } from '../kernel/field-code.ts';
import { restHex, table } from '../kernel/field-rest.ts';
import { ascii, raw } from '../kernel/field-text.ts';
import { cp56 } from '../kernel/field-time.ts';
import { frame } from '../kernel/frame.ts';
import { PROFILE_0, resultText } from './profile-0.ts';
import { stopReasonOf } from './reasons.ts';

/**
 * 晶福源 `jfy-profile-0`, unverified. Frame and commands are those of the AAF5 family; 106, 104, 102, 5
 * and 222 agree with public samples of it. Bodies that no sample shows (8, 108, 110, 203, 204) are of
 * our own design. The platform's commands are odd, the pile's even.
 */

const { commands } = PROFILE_0;
const spec = 'profile-0';

const reserved = raw('预留', 4);
const pileNo = ascii('充电桩编码', 32);
const gunNo = uint('枪号', 1, { note: '1 and up; 0 where the pile has one' });
const user = ascii('卡号/用户号', 32, 'our order number where the charge began with one');
const gunType = choice('枪类型', { dc: [1, '直流'], ac: [2, '交流'] });
const startWays = {
  card: [0, '刷卡'],
  remote: [1, '后台'],
  admin: [2, '本地管理员'],
  'remote-vin': [3, 'VIN 后台'],
  account: [4, '账号'],
  vin: [5, 'VIN 本地'],
  code: [6, '验证码'],
} as const;
const result = uint('结果', 4, { meaningOf: resultText });
const stopMeaning = { meaningOf: (code: number) => stopReasonOf(code).zh };

const volts = (zh: string) => measure(zh, 2, 'V', 1);
const amps = (zh: string) => measure(zh, 2, 'A', 1);

/** 202 and 222 differ in the step of their energies alone. */
const recordOf = (places: 2 | 3) => ({
  reserved,
  pileNo,
  gunType,
  gunNo,
  user,
  startTime: bcdTime('开始时间'),
  endTime: bcdTime('结束时间'),
  seconds: uint('充电时长 s', 4),
  socStart: uint('开始 SOC', 1),
  socEnd: uint('结束 SOC', 1),
  stopReason: uint('结束原因', 4, stopMeaning),
  energy: meterEnergy('本次电量', places),
  meterBefore: meterEnergy('充电前电表读数', places),
  meterAfter: meterEnergy('充电后电表读数', places),
  amount: balance('本次金额'),
  recordIndex: uint('充电记录序号', 4),
  balanceBefore: balance('充电前余额'),
  unread: raw('未知', 14),
  vin: ascii('车辆识别码 VIN', 17),
  plate: ascii('车牌号', 8),
  slots: table(
    '半小时电量',
    { energy: meterEnergy('电量', places) },
    PROFILE_0.slots,
    'one for each half hour of the day, from midnight',
  ),
  startWay: choice('启动方式', startWays),
  serial: ascii('充电流水号', 32),
  tail: restHex('附加', 'not read'),
});

export const frames = {
  // ── sign-in and heartbeat ────────────────────────────────────────────────────────────────────
  signIn: frame({
    code: commands.signIn + 1,
    from: 'pile',
    spec,
    title: '签到',
    body: {
      reserved,
      pileNo,
      encryption: uint('加密支持', 1),
      softVersion: raw('软件版本', 4),
      project: uint('项目类型', 2),
      startCount: uint('启动次数', 4),
      uploadMode: uint('上传模式', 1),
      signInMinutes: uint('签到间隔 min', 2),
      mode: uint('运行模式', 1),
      gunCount: uint('枪数量', 1),
      heartbeatSeconds: uint('心跳周期 s', 1),
      heartbeatMisses: uint('心跳超时次数', 1),
      recordCount: uint('充电记录数', 4),
      time: bcdTime('桩时间'),
      tail: restHex(
        '附加',
        'some: 3×8 reserved, random 4, protocol version 2, white list version 4',
      ),
    },
  }),
  signInAck: frame({
    code: commands.signIn,
    from: 'hub',
    spec,
    title: '签到应答',
    body: {
      reserved,
      random: raw('随机数', 4, 'as the pile sent it'),
      encryption: uint('加密', 1),
    },
  }),
  heartbeat: frame({
    code: commands.heartbeat + 1,
    from: 'pile',
    spec,
    title: '心跳',
    body: { reserved, pileNo, count: uint('心跳序号', 2), plugs: raw('枪连接位图', 16) },
    lacks: [['plugs']],
  }),
  heartbeatAck: frame({
    code: commands.heartbeat,
    from: 'hub',
    spec,
    title: '心跳应答',
    body: { reserved, count: uint('心跳序号', 2) },
  }),

  // ── parameters ───────────────────────────────────────────────────────────────────────────────
  setNumbers: frame({
    code: commands.setNumbers,
    from: 'hub',
    spec,
    title: '设置整型参数',
    body: {
      reserved,
      action: choice('类型', { query: [0, '查询'], set: [1, '设置'] }),
      address: uint('起始地址', 4),
      count: uint('个数', 1),
      bytes: uint('参数字节数', 2),
      values: restHex('参数'),
    },
  }),
  setNumbersAck: frame({
    code: commands.setNumbers + 1,
    from: 'pile',
    spec,
    title: '整型参数应答',
    body: {
      reserved,
      pileNo,
      action: choice('类型', { query: [0, '查询'], set: [1, '设置'] }),
      address: uint('起始地址', 4),
      count: uint('个数', 1),
      result: uint('结果', 1),
      values: restHex('参数'),
    },
  }),
  setText: frame({
    code: commands.setText,
    from: 'hub',
    spec,
    title: '设置字符参数',
    body: {
      reserved,
      action: choice('类型', { query: [0, '查询'], set: [1, '设置'] }),
      address: uint('起始地址', 4),
      bytes: uint('参数字节数', 2),
      text: restHex('参数', 'address 2: the clock, 8 bytes of BCD'),
    },
  }),
  setTextAck: frame({
    code: commands.setText + 1,
    from: 'pile',
    spec,
    title: '字符参数应答',
    body: {
      reserved,
      pileNo,
      action: choice('类型', { query: [0, '查询'], set: [1, '设置'] }),
      address: uint('起始地址', 4),
      result: uint('结果', 1),
      text: restHex('参数'),
    },
  }),
  shortClock: frame({
    code: commands.setText,
    from: 'hub',
    spec: '绿能 V3.4',
    title: '对时',
    body: { pileNo, time: cp56('时间') },
    note: 'A relative’s clock push under the same command, told by its length; read, never sent.',
  }),

  // ── live data ────────────────────────────────────────────────────────────────────────────────
  status: frame({
    code: commands.status + 1,
    from: 'pile',
    spec,
    title: '状态上报',
    body: {
      reserved,
      pileNo,
      gunCount: uint('枪数量', 1),
      gunNo,
      gunType,
      state: choice('工作状态', {
        idle: [0, '空闲'],
        preparing: [1, '准备'],
        charging: [2, '充电'],
        finished: [3, '充电结束'],
        'start-failed': [4, '启动失败'],
        reserved: [5, '预约'],
        faulted: [6, '故障'],
        paused: [7, '暂停'],
      }),
      soc: uint('SOC', 1),
      alarm: uint('告警', 4, { note: '0: none' }),
      carLink: choice('车连接', { none: [0, '断开'], half: [1, '半连接'], linked: [2, '连接'] }),
      fee: balance('本次费用'),
      internalOne: uint('内部变量', 4),
      internalTwo: uint('内部变量', 4),
      dcVoltage: volts('直流电压'),
      dcCurrent: amps('直流电流'),
      bmsVoltage: volts('BMS 需求电压'),
      bmsCurrent: amps('BMS 需求电流'),
      bmsMode: uint('BMS 充电模式', 1),
      acVoltageA: volts('A 相电压'),
      acVoltageB: volts('B 相电压'),
      acVoltageC: volts('C 相电压'),
      acCurrentA: amps('A 相电流'),
      acCurrentB: amps('B 相电流'),
      acCurrentC: amps('C 相电流'),
      remainMinutes: uint('剩余时间 min', 2),
      seconds: uint('充电时长 s', 4),
      energy: meterEnergy('本次电量', 2),
      meterBefore: meterEnergy('充电前电表读数', 2),
      meterNow: meterEnergy('当前电表读数', 2),
      startWay: choice('启动方式', startWays),
      strategy: uint('停止策略', 1),
      strategyValue: uint('策略参数', 4),
      reservation: uint('预约标志', 1),
      user,
      tail: restHex('附加', 'reserve time-out 1, start 8, balance before 4, reserved 4, power 4 …'),
    },
  }),
  statusAck: frame({
    code: commands.status,
    from: 'hub',
    spec,
    title: '状态应答',
    body: { reserved, gunNo, again: uint('立即再报', 1) },
  }),
  otherStatus: frame({
    code: commands.started,
    from: 'pile',
    spec: '绿能 V3.4',
    title: '状态上报（绿能）',
    body: { reserved, pileNo, gunCount: uint('枪数量', 1), gunNo, gunType, tail: restHex('附加') },
    note: 'A relative’s status under an odd command, told by its length; shown, not understood.',
  }),
  alarm: frame({
    code: commands.alarm + 1,
    from: 'pile',
    spec,
    title: '告警上报',
    body: { reserved, pileNo, bits: raw('告警位图', 32) },
  }),
  alarmAck: frame({
    code: commands.alarm,
    from: 'hub',
    spec,
    title: '告警应答',
    body: { reserved },
  }),
  bms: frame({
    code: commands.bms + 1,
    from: 'pile',
    spec,
    title: 'BMS 信息上报',
    body: { reserved, pileNo, data: restHex('BMS 数据') },
  }),
  bmsAck: frame({
    code: commands.bms,
    from: 'hub',
    spec,
    title: 'BMS 信息应答',
    body: { reserved },
  }),

  // ── charging ─────────────────────────────────────────────────────────────────────────────────
  control: frame({
    code: commands.control,
    from: 'hub',
    spec,
    title: '控制命令',
    body: {
      reserved,
      gunNo,
      address: uint('命令地址', 4, { note: '2 stop, 11 reboot, 15 status now, 17 power limit' }),
      count: uint('个数', 1),
      bytes: uint('参数字节数', 2),
      values: restHex('参数'),
    },
  }),
  controlAck: frame({
    code: commands.control + 1,
    from: 'pile',
    spec,
    title: '控制应答',
    body: {
      reserved,
      pileNo,
      gunNo,
      address: uint('命令地址', 4),
      count: uint('个数', 1),
      result: uint('结果', 1, { note: '0: done' }),
    },
  }),
  start: frame({
    code: commands.start,
    from: 'hub',
    spec,
    title: '启动充电',
    body: {
      reserved,
      gunNo,
      effect: uint('生效类型', 4, { note: '0: at once' }),
      stopPassword: uint('停止密码', 4),
      strategy: uint('策略', 4, { note: '0 full, 1 time, 2 amount, 3 energy' }),
      value: uint('策略参数', 4, { note: 's, 0.01 yuan or 0.01 kWh' }),
      reserveTime: bcdTime('预约时间'),
      reserveMinutes: uint('预约超时 min', 1),
      user,
      offline: uint('断网充电', 1, { note: '1: the charge goes on without a line' }),
    },
  }),
  startAck: frame({
    code: commands.start + 1,
    from: 'pile',
    spec,
    title: '启动应答',
    body: { reserved, pileNo, gunNo, result },
  }),
  started: frame({
    code: commands.started + 1,
    from: 'pile',
    spec,
    title: '启动完成',
    body: { reserved, pileNo, gunNo, user, result },
  }),
  startedAck: frame({
    code: commands.started,
    from: 'hub',
    spec,
    title: '启动完成应答',
    body: { reserved, gunNo },
  }),
  account: frame({
    code: commands.account + 1,
    from: 'pile',
    spec,
    title: '卡/账户查询',
    body: {
      reserved,
      pileNo,
      gunNo,
      way: choice('方式', { card: [0, '卡号'], vin: [1, 'VIN'] }),
      identity: ascii('卡号/VIN', 32),
      password: ascii('密码', 32, 'MD5 as hex; all zero: none was asked for'),
    },
  }),
  accountAck: frame({
    code: commands.account,
    from: 'hub',
    spec,
    title: '卡/账户查询应答',
    body: {
      reserved,
      gunNo,
      identity: ascii('卡号/VIN', 32),
      refusal: uint('结果', 4, { note: '0: it may charge' }),
      balance: balance('可用金额'),
      user,
    },
  }),

  // ── records ──────────────────────────────────────────────────────────────────────────────────
  coarseRecord: frame({
    code: commands.coarseRecord + 1,
    from: 'pile',
    spec,
    title: '充电记录 0.01 kWh',
    body: recordOf(2),
  }),
  coarseRecordAck: frame({
    code: commands.coarseRecord,
    from: 'hub',
    spec,
    title: '充电记录应答',
    body: { reserved, gunNo, user, recordIndex: uint('充电记录序号', 4) },
  }),
  record: frame({
    code: commands.record + 1,
    from: 'pile',
    spec,
    title: '充电记录 0.001 kWh',
    body: recordOf(3),
  }),
  recordAck: frame({
    code: commands.record,
    from: 'hub',
    spec,
    title: '充电记录应答',
    body: { reserved, gunNo, user, recordIndex: uint('充电记录序号', 4) },
  }),
} as const;
