import {
  amount,
  balance,
  celsius,
  coarseEnergy,
  energy,
  measure,
  price,
  uint,
} from '../kernel/field.ts';
import { bits, choice } from '../kernel/field-code.ts';
import { countedAscii, repeat, restHex } from '../kernel/field-rest.ts';
import { ascii, bcd, octets, raw, reversedAscii } from '../kernel/field-text.ts';
import { cp56 } from '../kernel/field-time.ts';
import { frame } from '../kernel/frame.ts';
import {
  authRefusals,
  bem,
  bmsAbort,
  bsmFlags1,
  bsmFlags2,
  cem,
  chargerAbort,
  execution,
  failOk,
  startMethods,
  startRefusals,
  stopRefusals,
  yesNo,
} from './codes.ts';
import { stopReasonOf } from './reasons.ts';

/**
 * 云快充 V1.5 and V1.6 with the addendum of 2023 (F0/F1) and the order of V1.7 (ykc.md §4, §5, §11).
 * Field ids and widths are the reference's; "hub" is the platform's side.
 */

const tradeNo = bcd(
  '交易流水号',
  16,
  '32 digits, all zero while idle; opaque, never derive a pile from it',
);
const pileNo = bcd('桩编号', 7);
const gunNo = bcd('枪号', 1, 'two BCD digits, 01 and up');
const gunNoBin = uint('枪号', 1, { note: 'binary in the lock frames' });
export const connector = { pileNo, gunNo };
export const session = { tradeNo, pileNo, gunNo };

const volts = (zh: string) => measure(zh, 2, 'V', 1);
const cellVolts = (zh: string) => measure(zh, 2, 'V', 2);
const amps = (zh: string) => measure(zh, 2, 'A', 1);
/** Charging is negative in GB/T 27930; the wire adds 400 A. */
const bmsAmps = (zh: string) => measure(zh, 2, 'A', 1, -4000);
const minutes = (zh: string) => uint(zh, 2);
const percent = (zh: string) => uint(zh, 1);
const card = raw('物理卡号', 8, 'piles pad with zeros on either side: compare trimmed');
const vin = ascii('电动汽车唯一标识 VIN', 17, 'forward; all 00 or all FF when unknown');
const parallelNo = bcd('并充序号', 6, 'yyMMddHHmmss, the same for all guns of one charge');
const result = choice('设置结果', failOk);
const role = choice('主辅枪标记', { main: [0, '主枪'], assistant: [1, '辅枪'] });
const numberFromZero = (zh: string) =>
  uint(zh, 1, { meaningOf: (code) => `${code + 1} 号 no. ${code + 1}` });

const priceModel = {
  pileNo,
  modelNo: bcd('计费模型编号', 2, 'opaque tag; 0000 names no model'),
  sharpElecPrice: price('尖电费费率'),
  sharpServicePrice: price('尖服务费费率'),
  peakElecPrice: price('峰电费费率'),
  peakServicePrice: price('峰服务费费率'),
  flatElecPrice: price('平电费费率'),
  flatServicePrice: price('平服务费费率'),
  valleyElecPrice: price('谷电费费率'),
  valleyServicePrice: price('谷服务费费率'),
  lossRatio: uint('计损比例', 1, { note: '% added to the energy; 0 in practice' }),
  slots: octets('时段费率号', 48, 'half hours from 00:00; 0 尖 1 峰 2 平 3 谷'),
};

/** What 0x3B and 0x3D have in common after their heads. */
export const orderFigures = {
  sharpPrice: price('尖单价'),
  sharpEnergy: energy('尖电量'),
  sharpLossEnergy: energy('计损尖电量'),
  sharpAmount: amount('尖金额'),
  peakPrice: price('峰单价'),
  peakEnergy: energy('峰电量'),
  peakLossEnergy: energy('计损峰电量'),
  peakAmount: amount('峰金额'),
  flatPrice: price('平单价'),
  flatEnergy: energy('平电量'),
  flatLossEnergy: energy('计损平电量'),
  flatAmount: amount('平金额'),
  valleyPrice: price('谷单价'),
  valleyEnergy: energy('谷电量'),
  valleyLossEnergy: energy('计损谷电量'),
  valleyAmount: amount('谷金额'),
  meterStart: energy('电表总起值', 5),
  meterEnd: energy('电表总止值', 5),
  totalEnergy: energy('总电量'),
  totalLossEnergy: energy('计损总电量'),
  totalAmount: amount('消费金额'),
  vin,
  startMethod: choice('交易标识', {
    remote: [1, 'APP 启动'],
    card: [2, '卡启动'],
    'offline-card': [4, '离线卡启动'],
    vin: [5, 'VIN 码启动'],
  }),
  tradeTime: cp56('交易日期、时间'),
  stopReason: uint('停止原因', 1, {
    meaningOf: (code) => `${stopReasonOf(code).zh} ${stopReasonOf(code).en}`,
  }),
  physicalCardNo: card,
};

const startApply = {
  pileNo,
  gunNo,
  method: choice('启动方式', startMethods),
  needPassword: choice('是否需要密码', yesNo),
  account: raw('账号或者物理卡号', 8),
  password: raw('输入密码', 16, '16 characters of an MD5 in lower case'),
  vin: reversedAscii('VIN 码', 17, 'only when started by VIN'),
};

const startApplyAck = {
  ...session,
  logicalCardNo: bcd('逻辑卡号', 8),
  balance: balance('账户余额'),
  authOk: choice('鉴权成功标志', failOk),
  failReason: choice('失败原因', authRefusals),
};

const remoteStart = {
  ...session,
  logicalCardNo: bcd('逻辑卡号', 8),
  physicalCardNo: card,
  balance: balance('账户余额'),
};

const remoteStartAck = {
  ...session,
  result: choice('启动结果', failOk),
  failReason: choice('失败原因', startRefusals),
};

export const frames = {
  // ── registration, heartbeat, tariff ──────────────────────────────────────────────────────────
  login: frame({
    code: 0x01,
    from: 'pile',
    spec: '§6.1',
    title: '充电桩登录认证',
    body: {
      pileNo,
      pileType: choice('桩类型', { dc: [0, '直流桩'], ac: [1, '交流桩'] }),
      gunCount: uint('充电枪数量', 1),
      protocolVersion: uint('通信协议版本', 1, {
        note: 'version × 10',
        meaningOf: (code) => `V${Math.floor(code / 10)}.${code % 10}`,
      }),
      firmware: ascii('程序版本', 8),
      networkType: choice('网络链接类型', {
        sim: [0, 'SIM 卡'],
        lan: [1, '局域网'],
        wan: [2, '广域网'],
        other: [3, '其他'],
      }),
      iccid: bcd('Sim 卡', 10, 'ICCIDs hold letters too; zero when unknown'),
      carrier: choice('运营商', {
        mobile: [0, '移动'],
        telecom: [2, '电信'],
        unicom: [3, '联通'],
        other: [4, '其他'],
      }),
    },
  }),
  loginAck: frame({
    code: 0x02,
    from: 'hub',
    spec: '§6.2',
    title: '登录认证应答',
    body: {
      pileNo,
      result: choice('登陆结果', { accepted: [0, '登录成功'], refused: [1, '登录失败'] }),
    },
  }),
  heartbeat: frame({
    code: 0x03,
    from: 'pile',
    spec: '§6.3',
    title: '充电桩心跳包',
    body: {
      ...connector,
      gunStatus: choice('枪状态', { normal: [0, '正常'], faulted: [1, '故障'] }),
    },
  }),
  heartbeatAck: frame({
    code: 0x04,
    from: 'hub',
    spec: '§6.4',
    title: '心跳包应答',
    body: { ...connector, ack: uint('心跳应答', 1, { note: 'always 0' }) },
  }),
  priceModelCheck: frame({
    code: 0x05,
    from: 'pile',
    spec: '§6.5',
    title: '计费模型验证请求',
    body: { pileNo, modelNo: bcd('计费模型编号', 2, '0000 on first connection; an opaque tag') },
  }),
  priceModelCheckAck: frame({
    code: 0x06,
    from: 'hub',
    spec: '§6.6',
    title: '计费模型验证请求应答',
    body: {
      pileNo,
      modelNo: bcd('计费模型编号', 2),
      result: choice('验证结果', { same: [0, '一致'], different: [1, '不一致'] }),
    },
  }),
  priceModelRequest: frame({
    code: 0x09,
    from: 'pile',
    spec: '§6.7',
    title: '充电桩计费模型请求',
    body: { pileNo },
  }),
  priceModel: frame({
    code: 0x0a,
    from: 'hub',
    spec: '§6.8',
    title: '计费模型请求应答',
    body: priceModel,
  }),

  // ── realtime and BMS data ────────────────────────────────────────────────────────────────────
  readRealtime: frame({
    code: 0x12,
    from: 'hub',
    spec: '§7.1',
    title: '读取实时监测数据',
    body: connector,
  }),
  realtime: frame({
    code: 0x13,
    from: 'pile',
    spec: '§7.2',
    title: '上传实时监测数据',
    body: {
      ...session,
      status: choice('状态', {
        offline: [0, '离线'],
        faulted: [1, '故障'],
        idle: [2, '空闲'],
        charging: [3, '充电'],
      }),
      gunHomed: choice('枪是否归位', { no: [0, '否'], yes: [1, '是'], unsure: [2, '未知'] }),
      plugged: choice('是否插枪', yesNo),
      voltage: volts('输出电压'),
      current: amps('输出电流'),
      cableTemp: celsius('枪线温度'),
      cableCode: raw('枪线编码', 8),
      soc: percent('SOC'),
      batteryMaxTemp: celsius('电池组最高温度'),
      chargedMinutes: minutes('累计充电时间'),
      remainMinutes: minutes('剩余时间'),
      energy: energy('充电度数'),
      lossEnergy: energy('计损充电度数'),
      amount: amount('已充金额'),
      faultBits: uint('硬件故障', 2, {
        note: 'bit mask; which bit is first depends on the dialect',
      }),
    },
  }),
  bmsHandshake: frame({
    code: 0x15,
    from: 'pile',
    spec: '§7.3',
    title: '充电握手 (BRM)',
    body: {
      ...session,
      bmsProtocolVersion: raw('BMS 通信协议版本号', 3, '01 01 00 is V1.1'),
      batteryType: choice('BMS 电池类型', {
        'lead-acid': [0x01, '铅酸'],
        'nickel-hydrogen': [0x02, '镍氢'],
        'iron-phosphate': [0x03, '磷酸铁锂'],
        manganate: [0x04, '锰酸锂'],
        cobaltate: [0x05, '钴酸锂'],
        ternary: [0x06, '三元材料'],
        polymer: [0x07, '聚合物锂离子'],
        titanate: [0x08, '钛酸锂'],
        other: [0xff, '其他'],
      }),
      ratedCapacity: measure('额定容量', 2, 'Ah', 1),
      ratedVoltage: volts('额定总电压'),
      batteryMaker: ascii('电池生产厂商名称', 4),
      batterySerial: raw('电池组序号', 4),
      prodYear: uint('生产日期年', 1, { meaningOf: (code) => `${code + 1985}` }),
      prodMonth: uint('生产日期月', 1),
      prodDay: uint('生产日期日', 1),
      chargeCount: uint('充电次数', 3),
      ownership: choice('产权标识', { leased: [0, '租赁'], owned: [1, '车自有'] }),
      reserved: uint('预留位', 1),
      vin: ascii('车辆识别码', 17, 'the order of its bytes is not stated'),
      bmsSoftware: raw('BMS 软件版本号', 8),
    },
  }),
  bmsConfig: frame({
    code: 0x17,
    from: 'pile',
    spec: '§7.4',
    title: '参数配置 (BCP+CML)',
    body: {
      ...session,
      maxCellVoltage: cellVolts('单体最高允许充电电压'),
      maxCurrent: bmsAmps('最高允许充电电流'),
      nominalEnergy: coarseEnergy('标称总能量'),
      maxPackVoltage: volts('最高允许充电总电压'),
      maxTemp: celsius('最高允许温度'),
      soc: measure('荷电状态', 2, '%', 1),
      packVoltage: volts('当前电池电压'),
      chargerMaxVoltage: volts('电桩最高输出电压'),
      chargerMinVoltage: volts('电桩最低输出电压'),
      chargerMaxCurrent: bmsAmps('电桩最大输出电流'),
      chargerMinCurrent: bmsAmps('电桩最小输出电流'),
    },
  }),
  bmsEnd: frame({
    code: 0x19,
    from: 'pile',
    spec: '§7.5',
    title: '充电结束 (BSD+CSD)',
    body: {
      ...session,
      endSoc: percent('中止 SOC'),
      minCellVoltage: cellVolts('单体最低电压'),
      maxCellVoltage: cellVolts('单体最高电压'),
      minTemp: celsius('最低温度'),
      maxTemp: celsius('最高温度'),
      chargedMinutes: minutes('电桩累计充电时间'),
      outputEnergy: coarseEnergy('电桩输出能量'),
      chargerNo: uint('电桩充电机编号', 4),
    },
  }),
  bmsError: frame({
    code: 0x1b,
    from: 'pile',
    spec: '§7.6',
    title: '错误报文 (BEM+CEM)',
    body: {
      ...session,
      bem1: bits('BEM 字节 1', 1, bem[0]),
      bem2: bits('BEM 字节 2', 1, bem[1]),
      bem3: bits('BEM 字节 3', 1, bem[2]),
      bem4: bits('BEM 字节 4', 1, bem[3]),
      cem1: bits('CEM 字节 1', 1, cem[0]),
      cem2: bits('CEM 字节 2', 1, cem[1]),
      cem3: bits('CEM 字节 3', 1, cem[2]),
      cem4: bits('CEM 字节 4', 1, cem[3]),
    },
  }),
  bmsAbort: frame({
    code: 0x1d,
    from: 'pile',
    spec: '§7.7',
    title: '充电阶段 BMS 中止 (BST)',
    body: {
      ...session,
      reason: bits('中止原因', 1, bmsAbort.reason),
      fault: bits('故障原因', 2, bmsAbort.fault),
      error: bits('错误原因', 1, bmsAbort.error),
    },
  }),
  chargerAbort: frame({
    code: 0x21,
    from: 'pile',
    spec: '§7.8',
    title: '充电阶段充电机中止 (CST)',
    body: {
      ...session,
      reason: bits('中止原因', 1, chargerAbort.reason),
      fault: bits('故障原因', 2, chargerAbort.fault),
      error: bits('错误原因', 1, chargerAbort.error),
    },
  }),
  bmsDemand: frame({
    code: 0x23,
    from: 'pile',
    spec: '§7.9',
    title: 'BMS 需求与充电机输出 (BCL+BCS+CCS)',
    body: {
      ...session,
      demandVoltage: volts('BMS 电压需求'),
      demandCurrent: bmsAmps('BMS 电流需求'),
      chargeMode: choice('充电模式', {
        'constant-voltage': [1, '恒压充电'],
        'constant-current': [2, '恒流充电'],
      }),
      measuredVoltage: volts('充电电压测量值'),
      measuredCurrent: bmsAmps('充电电流测量值'),
      maxCellVoltageGroup: uint('最高单体电压及组号', 2, {
        note: 'bits 0–11 in 0.01 V, bits 12–15 the group',
        meaningOf: (word) => `${((word & 0xfff) / 100).toFixed(2)} V, 组 group ${word >>> 12}`,
      }),
      soc: percent('SOC'),
      remainMinutes: minutes('估算剩余充电时间'),
      outputVoltage: volts('电桩电压输出值'),
      outputCurrent: bmsAmps('电桩电流输出值'),
      chargedMinutes: minutes('累计充电时间'),
    },
  }),
  bmsInfo: frame({
    code: 0x25,
    from: 'pile',
    spec: '§7.10',
    title: '充电过程 BMS 信息 (BSM)',
    body: {
      ...session,
      maxCellNo: numberFromZero('最高单体电压所在编号'),
      maxTemp: celsius('最高温度'),
      maxTempPoint: numberFromZero('最高温度检测点编号'),
      minTemp: celsius('最低温度'),
      minTempPoint: numberFromZero('最低温度检测点编号'),
      flags1: bits('状态字 1', 1, bsmFlags1),
      flags2: bits('状态字 2', 1, bsmFlags2),
    },
  }),

  // ── start, stop, order ───────────────────────────────────────────────────────────────────────
  startApply: frame({
    code: 0x31,
    from: 'pile',
    spec: '§8.1',
    title: '充电桩主动申请启动充电',
    body: startApply,
  }),
  startApplyAck: frame({
    code: 0x32,
    from: 'hub',
    spec: '§8.2',
    title: '运营平台确认启动充电',
    body: startApplyAck,
  }),
  remoteStartAck: frame({
    code: 0x33,
    from: 'pile',
    spec: '§8.4',
    title: '远程启动充电命令回复',
    body: remoteStartAck,
    lacks: [['failReason']],
    note: 'Take 01 for accepted and anything else for a failure: some firmware writes its reason into `result`. Some leaves the reason out.',
  }),
  remoteStart: frame({
    code: 0x34,
    from: 'hub',
    spec: '§8.3',
    title: '运营平台远程控制启机',
    body: remoteStart,
  }),
  remoteStopAck: frame({
    code: 0x35,
    from: 'pile',
    spec: '§8.6',
    title: '远程停机命令回复',
    body: {
      ...connector,
      result: choice('停止结果', failOk),
      failReason: choice('失败原因', stopRefusals),
    },
    lacks: [['failReason'], ['pileNo', 'gunNo']],
    note: 'Some firmware sends the last two bytes alone.',
  }),
  remoteStop: frame({
    code: 0x36,
    from: 'hub',
    spec: '§8.5',
    title: '运营平台远程停机',
    body: connector,
  }),
  orderV12: frame({
    code: 0x39,
    from: 'pile',
    spec: 'V1.2',
    title: '交易记录 (V1.2)',
    body: { ...session, rest: restHex('其余字段', 'no layout has been published') },
  }),
  order: frame({
    code: 0x3b,
    from: 'pile',
    spec: '§8.7',
    title: '交易记录',
    body: { ...session, startTime: cp56('开始时间'), endTime: cp56('结束时间'), ...orderFigures },
    note: 'Unit prices are electricity and service together by the text; some firmware sends electricity only. Some appends two zero bytes.',
  }),
  orderV17: frame({
    code: 0x3d,
    from: 'pile',
    spec: 'V1.7',
    title: '交易记录 (V1.7)',
    body: {
      ...session,
      startTime: cp56('开始时间'),
      endTime: cp56('结束时间'),
      meterNo: bcd('电表表号', 6),
      meterCipher: raw('电表密文', 34),
      meterProtocol: raw('电表协议版本号', 2),
      meterEncryption: uint('加密方式', 1),
      ...orderFigures,
    },
    note: 'The 0x3D of V2.x is another frame, of variable length.',
  }),
  orderV14: frame({
    code: 0x3f,
    from: 'pile',
    spec: 'V1.4',
    title: '交易记录 (V1.4)',
    body: { ...session, rest: restHex('其余字段', 'no layout has been published') },
  }),
  orderAck: frame({
    code: 0x40,
    from: 'hub',
    spec: '§8.8',
    title: '交易记录确认',
    body: {
      tradeNo,
      result: choice('确认结果', { stored: [0, '上传成功'], illegal: [1, '非法账单'] }),
    },
  }),

  // ── balance and offline cards ────────────────────────────────────────────────────────────────
  balanceUpdateAck: frame({
    code: 0x41,
    from: 'pile',
    spec: '§8.10',
    title: '余额更新应答',
    body: {
      pileNo,
      physicalCardNo: card,
      result: choice('修改结果', {
        ok: [0, '修改成功'],
        'pile-number-mismatch': [1, '设备编号错误'],
        'card-mismatch': [2, '卡号错误'],
      }),
    },
  }),
  balanceUpdate: frame({
    code: 0x42,
    from: 'hub',
    spec: '§8.9',
    title: '远程账户余额更新',
    body: { ...connector, physicalCardNo: card, balance: balance('修改后账户金额') },
  }),
  offlineCardSyncAck: frame({
    code: 0x43,
    from: 'pile',
    spec: '§8.12',
    title: '离线卡数据同步应答',
    body: {
      pileNo,
      result: choice('保存结果', failOk),
      failReason: choice('失败原因', {
        none: [0, '无'],
        'card-format': [1, '卡号格式错误'],
        'storage-full': [2, '储存空间不足'],
      }),
    },
  }),
  offlineCardSync: frame({
    code: 0x44,
    from: 'hub',
    spec: '§8.11',
    title: '离线卡数据同步',
    body: {
      pileNo,
      count: uint('下发卡个数', 1, { note: 'at most 15 fit' }),
      cards: repeat('卡', { logicalCardNo: bcd('逻辑卡号', 8), physicalCardNo: card }, 'count'),
    },
  }),
  offlineCardClearAck: frame({
    code: 0x45,
    from: 'pile',
    spec: '§8.14',
    title: '离线卡数据清除应答',
    body: {
      pileNo,
      cards: repeat('卡', {
        physicalCardNo: card,
        cleared: choice('清除标记', failOk),
        failReason: uint('失败原因', 1, { note: '01 format; the tables disagree about the rest' }),
      }),
    },
  }),
  offlineCardClear: frame({
    code: 0x46,
    from: 'hub',
    spec: '§8.13',
    title: '离线卡数据清除',
    body: {
      pileNo,
      count: uint('清除个数', 1, { note: 'at most 24' }),
      cards: repeat('卡', { physicalCardNo: card }, 'count'),
    },
  }),
  offlineCardQueryAck: frame({
    code: 0x47,
    from: 'pile',
    spec: '§8.16',
    title: '离线卡数据查询应答',
    body: {
      pileNo,
      cards: repeat('卡', { physicalCardNo: card, present: choice('查询结果', yesNo) }),
    },
  }),
  offlineCardQuery: frame({
    code: 0x48,
    from: 'hub',
    spec: '§8.15',
    title: '离线卡数据查询',
    body: {
      pileNo,
      count: uint('查询个数', 1, { note: 'at most 26' }),
      cards: repeat('卡', { physicalCardNo: card }, 'count'),
    },
  }),

  // ── parameters, clock, tariff push ───────────────────────────────────────────────────────────
  workParamAck: frame({
    code: 0x51,
    from: 'pile',
    spec: '§9.2',
    title: '充电桩工作参数设置应答',
    body: { pileNo, result },
  }),
  workParamSet: frame({
    code: 0x52,
    from: 'hub',
    spec: '§9.1',
    title: '充电桩工作参数设置',
    body: {
      pileNo,
      disabled: choice('是否允许工作', { no: [0, '允许正常工作'], yes: [1, '停止使用'] }),
      maxPowerPercent: uint('最大允许输出功率', 1, { note: '30…100 % of the rated power' }),
    },
  }),
  timeSyncAck: frame({
    code: 0x55,
    from: 'pile',
    spec: '§9.4',
    title: '对时设置应答',
    body: { pileNo, time: cp56('当前时间') },
  }),
  timeSync: frame({
    code: 0x56,
    from: 'hub',
    spec: '§9.3',
    title: '对时设置',
    body: { pileNo, time: cp56('当前时间') },
  }),
  priceModelSetAck: frame({
    code: 0x57,
    from: 'pile',
    spec: '§9.6',
    title: '计费模型应答',
    body: { pileNo, result },
  }),
  priceModelSet: frame({
    code: 0x58,
    from: 'hub',
    spec: '§9.5',
    title: '计费模型设置',
    body: priceModel,
  }),

  // ── parking lock, maintenance ────────────────────────────────────────────────────────────────
  parkLockStatus: frame({
    code: 0x61,
    from: 'pile',
    spec: '§10.1',
    title: '地锁数据上送',
    body: {
      pileNo,
      gunNo: gunNoBin,
      lockState: choice('车位锁状态', {
        between: [0x00, '未到位'],
        up: [0x55, '升锁到位'],
        down: [0xff, '降锁到位'],
      }),
      bayState: choice('车位状态', { empty: [0x00, '无车'], occupied: [0xff, '停放车辆'] }),
      battery: percent('地锁电量状态'),
      alarm: choice('报警状态', {
        none: [0x00, '无报警'],
        stuck: [0x55, '摇臂升降异常'],
        forced: [0xff, '摇臂破坏'],
      }),
      reserved: raw('预留位', 4),
    },
  }),
  parkLockControl: frame({
    code: 0x62,
    from: 'hub',
    spec: '§10.2',
    title: '遥控地锁升锁与降锁',
    body: {
      pileNo,
      gunNo: gunNoBin,
      action: choice('升/降地锁', { raise: [0x55, '升锁'], lower: [0xff, '降锁'] }),
      reserved: raw('预留位', 4),
    },
  }),
  parkLockControlAck: frame({
    code: 0x63,
    from: 'pile',
    spec: '§10.3',
    title: '地锁控制返回',
    body: {
      pileNo,
      gunNo: gunNoBin,
      result: choice('控制返回标志', failOk),
      reserved: raw('预留位', 4),
    },
  }),
  rebootAck: frame({
    code: 0x91,
    from: 'pile',
    spec: '§11.2',
    title: '远程重启应答',
    body: { pileNo, result },
  }),
  reboot: frame({
    code: 0x92,
    from: 'hub',
    spec: '§11.1',
    title: '远程重启',
    body: { pileNo, mode: choice('执行控制', execution) },
  }),
  otaAck: frame({
    code: 0x93,
    from: 'pile',
    spec: '§11.4',
    title: '远程更新应答',
    body: {
      pileNo,
      status: choice('升级状态', {
        ok: [0, '成功'],
        'pile-number-mismatch': [1, '编号错误'],
        'wrong-model': [2, '程序与桩型号不符'],
        'download-timeout': [3, '下载更新文件超时'],
      }),
    },
  }),
  ota: frame({
    code: 0x94,
    from: 'hub',
    spec: '§11.3',
    title: '远程更新',
    body: {
      pileNo,
      pileModel: choice('桩型号', { dc: [1, '直流'], ac: [2, '交流'] }),
      power: uint('桩功率', 2, { note: 'kW' }),
      host: ascii('升级服务器地址', 16),
      port: uint('升级服务器端口', 2),
      user: ascii('用户名', 16),
      password: ascii('密码', 16),
      path: ascii('文件路径', 32),
      mode: choice('执行控制', execution),
      timeoutMin: uint('下载超时时间', 1, { note: 'minutes' }),
    },
  }),

  // ── charging one car with several guns, V1.6 ─────────────────────────────────────────────────
  parallelStartApply: frame({
    code: 0xa1,
    from: 'pile',
    spec: '§12.1',
    title: '充电桩主动申请并充充电',
    body: { ...startApply, role, parallelNo },
  }),
  parallelStartApplyAck: frame({
    code: 0xa2,
    from: 'hub',
    spec: '§12.2',
    title: '运营平台确认并充启动充电',
    body: { ...startApplyAck, parallelNo },
  }),
  parallelRemoteStartAck: frame({
    code: 0xa3,
    from: 'pile',
    spec: '§12.4',
    title: '远程并充启机命令回复',
    body: { ...remoteStartAck, role, parallelNo },
    lacks: [['failReason']],
  }),
  parallelRemoteStart: frame({
    code: 0xa4,
    from: 'hub',
    spec: '§12.3',
    title: '运营平台远程控制并充启机',
    body: { ...remoteStart, parallelNo },
  }),

  // ── QR code prefix, addendum of 2023 ─────────────────────────────────────────────────────────
  qrPrefix: frame({
    code: 0xf0,
    from: 'hub',
    spec: 'addendum 2023',
    title: '二维码前缀下发',
    body: {
      pileNo,
      format: choice('二维码格式', {
        'prefix-pile': [0, '前缀+桩编号'],
        'prefix-pile-gun': [1, '前缀+桩编号+枪编号'],
      }),
      prefixLen: uint('前缀长度', 1, { note: 'at most 200' }),
      prefix: countedAscii('二维码前缀', 'prefixLen'),
    },
  }),
  qrPrefixAck: frame({
    code: 0xf1,
    from: 'pile',
    spec: 'addendum 2023',
    title: '二维码前缀下发应答',
    body: {
      pileNo,
      result: uint('下发结果', 1, { note: 'which value is success depends on the dialect' }),
    },
  }),
};
