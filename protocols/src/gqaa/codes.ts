/* Codes of profile-0. None is of a public document: the words are those of the neutral model. */

/** Why an answer refuses. The words are the neutral refusals, so nothing has to be translated. */
export const reasons = {
  none: [0x00, '无'],
  'account-missing': [0x01, '账户不存在'],
  'account-frozen': [0x02, '账户冻结'],
  'card-expired': [0x03, '卡过期'],
  'balance-low': [0x04, '余额不足'],
  'card-has-open-order': [0x05, '卡有未结订单'],
  'pile-disabled': [0x06, '桩停用'],
  'account-not-allowed-here': [0x07, '账户不可在此充电'],
  'wrong-password': [0x08, '密码错误'],
  'site-capacity-short': [0x09, '站容量不足'],
  'vin-unknown': [0x0a, 'VIN 不存在'],
  'pile-has-open-order': [0x0b, '桩有未结订单'],
  'cards-unsupported': [0x0c, '不支持刷卡'],
  'pile-number-mismatch': [0x0d, '桩编号不符'],
  'connector-busy': [0x0e, '枪忙'],
  reserved: [0x0f, '已预约'],
  'device-fault': [0x10, '设备故障'],
  'device-offline': [0x11, '设备离线'],
  'not-plugged': [0x12, '未插枪'],
  'not-charging': [0x13, '未在充电'],
  'no-confirmation': [0x14, '未确认'],
  'no-tariff': [0x15, '无计费模型'],
  'ledger-full': [0x16, '存储已满'],
  'pile-not-adopted': [0x17, '桩未登记'],
  'pile-refused': [0x18, '桩拒绝'],
  'price-model-differs': [0x23, '计费模型不一致'],
  unsupported: [0x30, '不支持此类型'],
  'order-missing': [0x31, '无此订单'],
  'bad-value': [0x32, '数值不合法'],
  unknown: [0xff, '未知'],
} as const;

export type Reason = keyof typeof reasons;

/** What a gun is at. */
export const gunStates = {
  idle: [0, '空闲'],
  plugged: [1, '已插枪'],
  starting: [2, '启动中'],
  charging: [3, '充电'],
  finished: [4, '充电结束'],
  faulted: [5, '故障'],
  offline: [6, '离线'],
} as const;

/** Bits of the login: what the pile can do. */
export const capabilityBits = [
  { at: 0, width: 1, names: ['power set-point 功率设定'] },
  { at: 1, width: 1, names: ['VIN 即插即充'] },
  { at: 2, width: 1, names: ['card reader 刷卡'] },
  { at: 3, width: 1, names: ['order recall 订单召回'] },
  { at: 4, width: 1, names: ['OTA 远程升级'] },
  { at: 5, width: 1, names: ['log upload 日志上传'] },
] as const;

/** Who began a charge. */
export const startMethods = {
  remote: [1, '远程启动'],
  card: [2, '刷卡启动'],
  vin: [3, 'VIN 启动'],
  'offline-card': [4, '离线卡启动'],
} as const;
