import type { BitRow } from '../kernel/field.ts';

/** Codes that several frames share. A name is neutral English; the Chinese is the protocol's own. */

export const failOk = { failed: [0, '失败'], ok: [1, '成功'] } as const;
export const yesNo = { no: [0, '否'], yes: [1, '是'] } as const;

export const startMethods = {
  card: [1, '刷卡'],
  account: [2, '账号'],
  vin: [3, 'VIN 码'],
} as const;

/** 0x32 and 0xA2. The names are those of the neutral refusals. */
export const authRefusals = {
  none: [0x00, '无'],
  'account-missing': [0x01, '账户不存在'],
  'account-frozen': [0x02, '账户冻结'],
  'balance-low': [0x03, '账户余额不足'],
  'card-has-open-order': [0x04, '该卡存在未结账记录'],
  'pile-disabled': [0x05, '桩停用'],
  'account-not-allowed-here': [0x06, '该账户不能在此桩上充电'],
  'wrong-password': [0x07, '密码错误'],
  'site-capacity-short': [0x08, '电站电容不足'],
  'vin-unknown': [0x09, '系统中 VIN 码不存在'],
  'pile-has-open-order': [0x0a, '该桩存在未结账记录'],
  'cards-unsupported': [0x0b, '该桩不支持刷卡'],
} as const;

/** 0x33 and 0xA3. */
export const startRefusals = {
  none: [0, '无'],
  'pile-number-mismatch': [1, '设备编号不匹配'],
  'connector-busy': [2, '枪已在充电'],
  'device-fault': [3, '设备故障'],
  'device-offline': [4, '设备离线'],
  'not-plugged': [5, '未插枪'],
} as const;

/** 0x35. */
export const stopRefusals = {
  none: [0, '无'],
  'pile-number-mismatch': [1, '设备编号不匹配'],
  'not-charging': [2, '枪未处于充电状态'],
  unknown: [3, '其他'],
} as const;

export const execution = { now: [1, '立即执行'], 'when-idle': [2, '空闲执行'] } as const;

/** GB/T 27930 puts two bits to a finding: 00 normal, 01 as said, 10 not to be trusted. */
const pair = (at: number, said: string): BitRow => ({
  at,
  width: 2,
  names: [said, `${said} (不可信 untrusted)`],
});

const pairs = (...said: readonly string[]): readonly BitRow[] =>
  said.map((words, i) => pair(2 * i, words));

/** BEM and CEM of 0x1B, one word a byte: which message the BMS or the charger waited for in vain. */
export const bem = [
  pairs('CRM(00) 超时 timeout', 'CRM(AA) 超时 timeout'),
  pairs('CTS/CML 超时 timeout', 'CRO 超时 timeout'),
  pairs('CCS 超时 timeout', 'CST 超时 timeout'),
  pairs('CSD 超时 timeout', '其他 other', '其他 other', '其他 other'),
] as const;

export const cem = [
  pairs('BRM 超时 timeout'),
  pairs('BCP 超时 timeout', 'BRO 超时 timeout'),
  pairs('BCS 超时 timeout', 'BCL 超时 timeout', 'BST 超时 timeout'),
  pairs('BSD 超时 timeout', '其他 other', '其他 other', '其他 other'),
] as const;

/** BST, 0x1D. */
export const bmsAbort = {
  reason: pairs(
    '达到目标 SOC target SOC reached',
    '达到总电压设定值 total voltage reached',
    '达到单体电压设定值 cell voltage reached',
    '充电机主动中止 charger aborted',
  ),
  fault: pairs(
    '绝缘故障 insulation',
    '输出连接器过温 output connector hot',
    'BMS 元件过温 BMS element hot',
    '充电连接器故障 connector fault',
    '电池组过温 pack hot',
    '高压继电器故障 HV relay',
    '检测点 2 电压故障 CC2 voltage',
    '其他 other',
  ),
  error: pairs('电流过大 over-current', '电压异常 voltage abnormal'),
} as const;

/** CST, 0x21. */
export const chargerAbort = {
  reason: pairs(
    '达到充电机设定条件 charger condition reached',
    '人工中止 stopped by hand',
    '异常中止 abnormal',
    'BMS 主动中止 BMS aborted',
  ),
  fault: pairs(
    '充电机过温 charger hot',
    '充电连接器故障 connector fault',
    '充电机内部过温 charger hot inside',
    '电量不能传送 energy cannot be delivered',
    '急停 emergency stop',
    '其他 other',
  ),
  error: pairs('电流不匹配 current mismatch', '电压异常 voltage abnormal'),
} as const;

const range = (at: number, what: string): BitRow => ({
  at,
  width: 2,
  names: [`${what}过高 high`, `${what}过低 low`],
});

/** BSM, 0x25. */
export const bsmFlags1: readonly BitRow[] = [
  range(0, '单体电压 cell voltage '),
  range(2, 'SOC '),
  pair(4, '充电过流 over-current'),
  pair(6, '电池过温 battery hot'),
];
export const bsmFlags2: readonly BitRow[] = [
  pair(0, '绝缘异常 insulation'),
  pair(2, '输出连接器异常 connector'),
  pair(4, '允许充电 charging allowed'),
];
