import { amount, balance, celsius, energy, measure, price, uint } from '../kernel/field.ts';
import { bits, choice } from '../kernel/field-code.ts';
import { ascii, bcd, octets, raw } from '../kernel/field-text.ts';
import { utcTime } from '../kernel/field-time.ts';
import { frame } from '../kernel/frame.ts';
import { capabilityBits, gunStates, reasons, startMethods } from './codes.ts';
import { cotText, PROFILE_0 } from './profile-0.ts';
import { stopReasonOf } from './reasons.ts';

/**
 * 广汽 `gqaa-profile-0`, unverified. The frame, the types and the scales are those of its outline; the
 * bodies are of our own design in the manner of 南瑞 NYC V1.5 and 云快充. An answer bears the type of
 * what it answers, so each type has a row for the question and a row for the answer.
 */

const { types } = PROFILE_0;
const spec = 'profile-0';

/** COT, PILE and GUN stand in the frame before every body. */
const head = {
  cot: uint('传送原因', 1, { meaningOf: cotText }),
  pileNo: bcd('桩编号', 8, '16 digits; shorter numbers have zeros in front'),
  gunNo: uint('枪号', 1, { note: 'binary, 1 and up; 0 is the whole pile' }),
};
const reason = choice('原因', reasons);
const ack = { ...head, reason };
const tradeNo = bcd('交易流水号', 16, '32 digits, all zero where there is none; opaque');
const modelNo = bcd('计费模型编号', 2, 'opaque tag; 0000 names no model');
const state = choice('状态', gunStates);
const vin = ascii('车辆识别码 VIN', 17, 'forward; all zero when unknown');
const card = raw('物理卡号', 8, 'padded with zeros in front; all zero: no card');

const volts = (zh: string) => measure(zh, 2, 'V', 1);
const amps = (zh: string) => measure(zh, 2, 'A', 1);
const watts = (zh: string, note: string) => uint(zh, 4, { note });

export const frames = {
  // ── registration and heartbeat ───────────────────────────────────────────────────────────────
  login: frame({
    code: types.login,
    from: 'pile',
    spec,
    title: '登录',
    body: {
      ...head,
      vendor: ascii('厂商', 16),
      model: ascii('型号', 16),
      firmware: ascii('程序版本', 16),
      pileType: choice('桩类型', { dc: [0, '直流桩'], ac: [1, '交流桩'] }),
      gunCount: uint('枪数量', 1),
      capabilities: bits('能力', 2, capabilityBits),
      keySlot: uint('密钥槽', 1, { note: '0: bodies are not encrypted' }),
      modelNo,
      time: utcTime('桩时间'),
    },
  }),
  loginAck: frame({
    code: types.login,
    from: 'hub',
    spec,
    title: '登录应答',
    body: {
      ...ack,
      time: utcTime('平台时间'),
      heartbeatSeconds: uint('心跳周期', 1),
      chargingSeconds: uint('充电时遥测周期', 1),
      idleSeconds: uint('空闲时遥测周期', 1),
      keySlot: uint('密钥槽', 1),
    },
  }),
  heartbeat: frame({
    code: types.heartbeat,
    from: 'pile',
    spec,
    title: '桩心跳',
    body: { ...head, time: utcTime('桩时间') },
    note: 'Not acknowledged.',
  }),
  platformHeartbeat: frame({
    code: types.heartbeat,
    from: 'hub',
    spec,
    title: '平台心跳',
    body: { ...head, time: utcTime('平台时间') },
    note: 'Not acknowledged; told from the pile’s by its cause of transmission.',
  }),

  // ── live data ────────────────────────────────────────────────────────────────────────────────
  call: frame({
    code: types.call,
    from: 'hub',
    spec,
    title: '总召唤',
    body: head,
    note: 'The pile answers and then sends 0x11 and 0x12 of the gun, or of every gun.',
  }),
  callAck: frame({ code: types.call, from: 'pile', spec, title: '总召唤应答', body: ack }),
  telemetry: frame({
    code: types.telemetry,
    from: 'pile',
    spec,
    title: '遥测',
    body: {
      ...head,
      tradeNo,
      state,
      plugged: choice('是否插枪', { no: [0, '否'], yes: [1, '是'] }),
      voltage: volts('输出电压'),
      current: amps('输出电流'),
      power: watts('输出功率', 'W'),
      soc: uint('SOC', 1),
      gunTemp: celsius('枪温度'),
      batteryMaxTemp: celsius('电池最高温度'),
      chargedMinutes: uint('已充时间', 2),
      remainMinutes: uint('剩余时间', 2),
      energy: energy('已充电量'),
      amount: amount('已充金额'),
      faultBits: uint('故障字', 2, { note: 'bit mask, bit 0 first; the faults of 云快充' }),
      time: utcTime('采样时间'),
    },
  }),
  telemetryAck: frame({
    code: types.telemetry,
    from: 'hub',
    spec,
    title: '遥测应答',
    body: ack,
  }),
  state: frame({
    code: types.state,
    from: 'pile',
    spec,
    title: '状态变化',
    body: { ...head, tradeNo, state, before: choice('原状态', gunStates), time: utcTime('时间') },
  }),
  stateAck: frame({ code: types.state, from: 'hub', spec, title: '状态变化应答', body: ack }),
  alarm: frame({
    code: types.alarm,
    from: 'pile',
    spec,
    title: '告警',
    body: {
      ...head,
      faultBits: uint('故障字', 2, { note: 'what is faulty now; 0: all is well again' }),
      vendorCode: uint('厂商代码', 2),
      time: utcTime('时间'),
    },
  }),
  alarmAck: frame({ code: types.alarm, from: 'hub', spec, title: '告警应答', body: ack }),
  bms: frame({
    code: types.bms,
    from: 'pile',
    spec,
    title: 'BMS 数据',
    body: {
      ...head,
      tradeNo,
      vin,
      soc: uint('SOC', 1),
      demandVoltage: volts('需求电压'),
      demandCurrent: amps('需求电流'),
      maxCellVoltage: measure('单体最高电压', 2, 'V', 3),
      maxTemp: celsius('最高温度'),
      minTemp: celsius('最低温度'),
      capacity: measure('额定容量', 2, 'Ah', 1),
      maxVoltage: volts('最高允许电压'),
      maxCurrent: amps('最高允许电流'),
    },
  }),
  bmsAck: frame({ code: types.bms, from: 'hub', spec, title: 'BMS 数据应答', body: ack }),

  // ── start and stop ───────────────────────────────────────────────────────────────────────────
  ask: frame({
    code: types.ask,
    from: 'pile',
    spec,
    title: '鉴权请求',
    body: {
      ...head,
      method: choice('启动方式', { card: [2, '刷卡'], vin: [3, 'VIN'] }),
      cardNo: card,
      passwordMd5: raw('密码', 16, '16 characters of an MD5 in lower case; all zero: none'),
      vin,
    },
  }),
  askAck: frame({
    code: types.ask,
    from: 'hub',
    spec,
    title: '鉴权应答',
    body: { ...ack, tradeNo, balance: balance('可用余额'), modelNo },
  }),
  start: frame({
    code: types.start,
    from: 'hub',
    spec,
    title: '启动充电',
    body: { ...head, tradeNo, cardNo: card, balance: balance('可用余额'), modelNo },
    note: 'A pile that holds another price model refuses (reason 23).',
  }),
  startAck: frame({
    code: types.start,
    from: 'pile',
    spec,
    title: '启动充电应答',
    body: { ...ack, tradeNo },
  }),
  stop: frame({ code: types.stop, from: 'hub', spec, title: '停止充电', body: head }),
  stopAck: frame({ code: types.stop, from: 'pile', spec, title: '停止充电应答', body: ack }),
  limit: frame({
    code: types.limit,
    from: 'hub',
    spec,
    title: '功率设定',
    body: {
      ...head,
      maxPower: watts('最大功率', 'W; FFFFFFFF lifts the limit'),
      rampPerSecond: watts('爬坡速率', 'W each second; 0: at once'),
      validSeconds: uint('有效时间', 2, { note: 'then the pile falls back to its own limit' }),
    },
  }),
  limitAck: frame({
    code: types.limit,
    from: 'pile',
    spec,
    title: '功率设定应答',
    body: { ...ack, maxPower: watts('现行最大功率', 'W') },
  }),

  // ── prices and orders ────────────────────────────────────────────────────────────────────────
  priceModel: frame({
    code: types.priceModel,
    from: 'hub',
    spec,
    title: '计费模型',
    body: {
      ...head,
      modelNo,
      sharpElecPrice: price('尖电费费率'),
      sharpServicePrice: price('尖服务费费率'),
      peakElecPrice: price('峰电费费率'),
      peakServicePrice: price('峰服务费费率'),
      flatElecPrice: price('平电费费率'),
      flatServicePrice: price('平服务费费率'),
      valleyElecPrice: price('谷电费费率'),
      valleyServicePrice: price('谷服务费费率'),
      slots: octets('时段费率号', 48, 'half hours from 00:00 (UTC+8); 0 尖 1 峰 2 平 3 谷'),
    },
  }),
  priceModelAck: frame({
    code: types.priceModel,
    from: 'pile',
    spec,
    title: '计费模型应答',
    body: { ...ack, modelNo },
  }),
  order: frame({
    code: types.order,
    from: 'pile',
    spec,
    title: '订单',
    body: {
      ...head,
      tradeNo,
      startTime: utcTime('开始时间'),
      endTime: utcTime('结束时间'),
      sharpPrice: price('尖单价'),
      sharpEnergy: energy('尖电量'),
      sharpAmount: amount('尖金额'),
      peakPrice: price('峰单价'),
      peakEnergy: energy('峰电量'),
      peakAmount: amount('峰金额'),
      flatPrice: price('平单价'),
      flatEnergy: energy('平电量'),
      flatAmount: amount('平金额'),
      valleyPrice: price('谷单价'),
      valleyEnergy: energy('谷电量'),
      valleyAmount: amount('谷金额'),
      meterStart: energy('电表起值', 5),
      meterEnd: energy('电表止值', 5),
      totalEnergy: energy('总电量'),
      totalAmount: amount('消费金额'),
      modelNo,
      vin,
      startMethod: choice('启动方式', startMethods),
      cardNo: card,
      stopReason: uint('停止原因', 1, {
        meaningOf: (code) => `${stopReasonOf(code).zh} ${stopReasonOf(code).en}`,
      }),
    },
    note: 'Kept by the pile until it is acknowledged. Prices are electricity and service together.',
  }),
  orderAck: frame({
    code: types.order,
    from: 'hub',
    spec,
    title: '订单应答',
    body: { ...ack, tradeNo },
  }),
  recall: frame({
    code: types.recall,
    from: 'hub',
    spec,
    title: '订单召回',
    body: { ...head, tradeNo },
    note: 'The pile answers and sends the order (0x51) again; all zero: every order that it keeps.',
  }),
  recallAck: frame({
    code: types.recall,
    from: 'pile',
    spec,
    title: '订单召回应答',
    body: { ...ack, tradeNo },
  }),

  // ── upkeep ───────────────────────────────────────────────────────────────────────────────────
  clock: frame({
    code: types.clock,
    from: 'hub',
    spec,
    title: '对时',
    body: { ...head, time: utcTime('平台时间') },
  }),
  clockAck: frame({
    code: types.clock,
    from: 'pile',
    spec,
    title: '对时应答',
    body: { ...ack, time: utcTime('桩时间') },
  }),
  ota: frame({
    code: types.ota,
    from: 'hub',
    spec,
    title: '远程升级',
    body: {
      ...head,
      whenIdle: choice('执行时机', { now: [0, '立即'], 'when-idle': [1, '空闲时'] }),
      timeoutMinutes: uint('超时', 1),
      host: ascii('服务器地址', 64),
      port: uint('端口', 2),
      user: ascii('用户名', 32),
      password: ascii('密码', 32),
      path: ascii('文件路径', 128),
    },
  }),
  otaAck: frame({ code: types.ota, from: 'pile', spec, title: '远程升级应答', body: ack }),
  log: frame({
    code: types.log,
    from: 'hub',
    spec,
    title: '日志上传',
    body: {
      ...head,
      fromTime: utcTime('起始时间'),
      toTime: utcTime('结束时间'),
      url: ascii('上传地址', 192),
    },
  }),
  logAck: frame({ code: types.log, from: 'pile', spec, title: '日志上传应答', body: ack }),
};
