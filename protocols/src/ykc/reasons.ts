import type { StopClass } from '@holdfast/shared/order/record';

/** Why a charge ended, as the stop byte of an order says it (ykc.md §9). */
export interface StopReason {
  readonly code: number;
  readonly class: StopClass;
  readonly zh: string;
  readonly en: string;
}

export type StopRow = readonly [code: number, zh: string, en: string];

/** The published table; what it reserves is left out. */
const PUBLISHED: Readonly<Record<StopClass, readonly StopRow[]>> = {
  normal: [
    [0x40, 'APP 远程停止', 'remote (app) stop'],
    [0x41, 'SOC 达到 100%', 'SOC reached 100 %'],
    [0x42, '充电电量满足设定条件', 'energy limit reached'],
    [0x43, '充电金额满足设定条件', 'amount limit reached'],
    [0x44, '充电时间满足设定条件', 'time limit reached'],
    [0x45, '手动停止充电', 'manual stop'],
  ],
  'start-failed': [
    [0x4a, '充电桩控制系统故障', 'control system fault (restart or self-recovery)'],
    [0x4b, '控制导引断开', 'control pilot open'],
    [0x4c, '断路器跳位', 'breaker tripped'],
    [0x4d, '电表通信中断', 'meter communication lost'],
    [0x4e, '余额不足', 'insufficient balance'],
    [0x4f, '充电模块故障', 'power module fault'],
    [0x50, '急停开入', 'emergency stop'],
    [0x51, '防雷器异常', 'surge arrester abnormal'],
    [0x52, 'BMS 未就绪', 'BMS not ready'],
    [0x53, '温度异常', 'temperature abnormal'],
    [0x54, '电池反接故障', 'battery reversed'],
    [0x55, '电子锁异常', 'e-lock abnormal'],
    [0x56, '合闸失败', 'contactor close failed'],
    [0x57, '绝缘异常', 'insulation abnormal'],
    [0x59, '接收 BHM 超时', 'BHM timeout'],
    [0x5a, '接收 BRM 超时', 'BRM timeout'],
    [0x5b, '接收 BCP 超时', 'BCP timeout'],
    [0x5c, '接收 BRO_AA 超时', 'BRO(AA) timeout'],
    [0x5d, '接收 BCS 超时', 'BCS timeout'],
    [0x5e, '接收 BCL 超时', 'BCL timeout'],
    [0x5f, '接收 BSM 超时', 'BSM timeout'],
    [0x60, 'BHM 阶段电池有电压', 'battery voltage present in BHM phase'],
    [0x61, 'BRO_AA 时电池电压与 BCP 差 >5%', 'battery voltage differs >5 % from BCP'],
    [0x62, '预充电阶段 BRO_AA→BRO_00', 'BRO fell back AA→00 in pre-charge'],
    [0x63, '接收主机配置报文超时', 'host configuration timeout'],
    [0x64, '充电机未准备就绪 (未回 CRO_AA)', 'charger not ready, no CRO(AA)'],
  ],
  aborted: [
    [0x6a, '系统闭锁', 'system interlock'],
    [0x6b, '导引断开', 'pilot open'],
    [0x6c, '断路器跳位', 'breaker tripped'],
    [0x6d, '电表通信中断', 'meter communication lost'],
    [0x6e, '余额不足', 'insufficient balance'],
    [0x6f, '交流保护动作', 'AC protection'],
    [0x70, '直流保护动作', 'DC protection'],
    [0x71, '充电模块故障', 'power module fault'],
    [0x72, '急停开入', 'emergency stop'],
    [0x73, '防雷器异常', 'surge arrester'],
    [0x74, '温度异常', 'temperature'],
    [0x75, '输出异常', 'output abnormal'],
    [0x76, '充电无流', 'no current'],
    [0x77, '电子锁异常', 'e-lock'],
    [0x79, '总充电电压异常', 'total voltage abnormal'],
    [0x7a, '总充电电流异常', 'total current abnormal'],
    [0x7b, '单体充电电压异常', 'cell voltage abnormal'],
    [0x7c, '电池组过温', 'pack over-temperature'],
    [0x7d, '最高单体充电电压异常', 'highest cell voltage abnormal'],
    [0x7e, '最高电池组过温', 'highest pack temperature'],
    [0x7f, 'BMV 单体电压异常', 'BMV cell voltage abnormal'],
    [0x80, 'BMT 电池组过温', 'BMT over-temperature'],
    [0x81, '电池状态异常', 'battery state abnormal'],
    [0x82, '车辆发报文禁止充电', 'vehicle forbids charging'],
    [0x83, '充电桩断电', 'pile lost power'],
    [0x84, '接收 BCS 超时', 'BCS timeout'],
    [0x85, '接收 BCL 超时', 'BCL timeout'],
    [0x86, '接收 BSM 超时', 'BSM timeout'],
    [0x87, '接收 BST 超时', 'BST timeout'],
    [0x88, '接收 BSD 超时', 'BSD timeout'],
    [0x89, '接收对侧 CCS 超时', 'CCS timeout'],
  ],
  unknown: [[0x90, '未知原因停止', 'unknown']],
};

/** The class of a code follows from its range, reserved codes and dialects' additions included. */
function classOf(code: number): StopClass {
  if (code >= 0x40 && code <= 0x49) return 'normal';
  if (code >= 0x4a && code <= 0x69) return 'start-failed';
  return code >= 0x6a && code <= 0x8f ? 'aborted' : 'unknown';
}

const published = new Map(
  Object.values(PUBLISHED)
    .flat()
    .map((row) => [row[0], row]),
);

/** What a stop code says; `additions` are the codes that a dialect gives to reserved numbers. */
export function stopReasonOf(code: number, additions: readonly StopRow[] = []): StopReason {
  const row = additions.find((addition) => addition[0] === code) ?? published.get(code);
  return {
    code,
    // 0x91–0x95 of a dialect are faults of the pile, though the published ranges end before them.
    class: row !== undefined && code > 0x90 ? 'aborted' : classOf(code),
    zh: row?.[1] ?? '预留',
    en: row?.[2] ?? 'reserved',
  };
}

/** A hardware fault of 0x13. `id` is the neutral name that leaves the driver. */
export interface FaultKind {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

/** In the order of the document's Bit1, Bit2 … (ykc.md §8). */
export const FAULTS: readonly FaultKind[] = [
  { id: 'emergency-stop', zh: '急停按钮动作', en: 'emergency stop' },
  { id: 'no-rectifier', zh: '无可用整流模块', en: 'no rectifier module available' },
  { id: 'outlet-hot', zh: '出风口温度过高', en: 'outlet over-temperature' },
  { id: 'ac-surge-protector', zh: '交流防雷故障', en: 'AC surge protector' },
  { id: 'power-module-silent', zh: '交直流模块 DC20 通信中断', en: 'power module comm lost' },
  {
    id: 'insulation-monitor-silent',
    zh: '绝缘检测模块 FC08 通信中断',
    en: 'insulation monitor comm lost',
  },
  { id: 'meter-silent', zh: '电度表通信中断', en: 'meter comm lost' },
  { id: 'card-reader-silent', zh: '读卡器通信中断', en: 'card reader comm lost' },
  { id: 'rc10-silent', zh: 'RC10 通信中断', en: 'RC10 comm lost' },
  { id: 'fan-board', zh: '风扇调速板故障', en: 'fan board' },
  { id: 'dc-fuse', zh: '直流熔断器故障', en: 'DC fuse' },
  { id: 'hv-contactor', zh: '高压接触器故障', en: 'HV contactor' },
  { id: 'door-open', zh: '门打开', en: 'door open' },
];

/** 易联桩 goes on after Bit13. */
export const YLC_FAULTS: readonly FaultKind[] = [
  ...FAULTS,
  { id: 'relay-welded', zh: '继电器 C 相粘连', en: 'relay phase C welded' },
  { id: 'output-short', zh: '输出短路', en: 'output short' },
];

/**
 * Faults set in the word of 0x13. Sources disagree whether the document's Bit1 is bit 0 or bit 1 of
 * the word, so the base belongs to the dialect.
 */
export const faultsOf = (
  word: number,
  base: 0 | 1 = 0,
  kinds: readonly FaultKind[] = FAULTS,
): readonly FaultKind[] => kinds.filter((_, i) => ((word >>> (i + base)) & 1) === 1);
