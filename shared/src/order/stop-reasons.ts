import type { StopClass } from './record.ts';

/** Why a charge ended, in both languages. */
export interface StopReason {
  readonly zh: string;
  readonly en: string;
}

/** Stop codes of the 云快充 family (ykc.md §9): code, 中文, English. Reserved codes are left out. */
const YKC: readonly (readonly [code: number, zh: string, en: string])[] = [
  [0x40, 'APP 远程停止', 'Stopped remotely'],
  [0x41, 'SOC 达到 100%', 'State of charge reached 100 %'],
  [0x42, '充电电量满足设定条件', 'Energy limit reached'],
  [0x43, '充电金额满足设定条件', 'Amount limit reached'],
  [0x44, '充电时间满足设定条件', 'Time limit reached'],
  [0x45, '手动停止充电', 'Stopped by hand'],
  [0x4a, '充电桩控制系统故障', 'Control system fault'],
  [0x4b, '控制导引断开', 'Control pilot open'],
  [0x4c, '断路器跳位', 'Breaker tripped'],
  [0x4d, '电表通信中断', 'Meter does not answer'],
  [0x4e, '余额不足', 'Balance too low'],
  [0x4f, '充电模块故障', 'Power module fault'],
  [0x50, '急停开入', 'Emergency stop'],
  [0x51, '防雷器异常', 'Surge arrester fault'],
  [0x52, 'BMS 未就绪', 'BMS not ready'],
  [0x53, '温度异常', 'Temperature out of range'],
  [0x54, '电池反接故障', 'Battery reversed'],
  [0x55, '电子锁异常', 'Electronic lock fault'],
  [0x56, '合闸失败', 'Contactor did not close'],
  [0x57, '绝缘异常', 'Insulation fault'],
  [0x59, '接收 BHM 超时', 'No BHM from the car'],
  [0x5a, '接收 BRM 超时', 'No BRM from the car'],
  [0x5b, '接收 BCP 超时', 'No BCP from the car'],
  [0x5c, '接收 BRO_AA 超时', 'No BRO(AA) from the car'],
  [0x5d, '接收 BCS 超时', 'No BCS from the car'],
  [0x5e, '接收 BCL 超时', 'No BCL from the car'],
  [0x5f, '接收 BSM 超时', 'No BSM from the car'],
  [0x60, 'BHM 阶段电池有电压', 'Battery voltage present before the handshake'],
  [0x61, 'BRO_AA 时电池电压与 BCP 差大于 5%', 'Battery voltage differs by over 5 % from BCP'],
  [0x62, '预充电阶段 BRO_AA 变为 BRO_00', 'The car took its readiness back in pre-charge'],
  [0x63, '接收主机配置报文超时', 'No configuration from the host'],
  [0x64, '充电机未准备就绪', 'Charger not ready'],
  [0x6a, '系统闭锁', 'System interlock'],
  [0x6b, '导引断开', 'Pilot open: unplugged'],
  [0x6c, '断路器跳位', 'Breaker tripped'],
  [0x6d, '电表通信中断', 'Meter does not answer'],
  [0x6e, '余额不足', 'Balance used up'],
  [0x6f, '交流保护动作', 'AC protection'],
  [0x70, '直流保护动作', 'DC protection'],
  [0x71, '充电模块故障', 'Power module fault'],
  [0x72, '急停开入', 'Emergency stop'],
  [0x73, '防雷器异常', 'Surge arrester fault'],
  [0x74, '温度异常', 'Temperature out of range'],
  [0x75, '输出异常', 'Output abnormal'],
  [0x76, '充电无流', 'No current flows'],
  [0x77, '电子锁异常', 'Electronic lock fault'],
  [0x79, '总充电电压异常', 'Total voltage abnormal'],
  [0x7a, '总充电电流异常', 'Total current abnormal'],
  [0x7b, '单体充电电压异常', 'Cell voltage abnormal'],
  [0x7c, '电池组过温', 'Battery pack too hot'],
  [0x7d, '最高单体充电电压异常', 'Highest cell voltage abnormal'],
  [0x7e, '最高电池组过温', 'Highest pack temperature too high'],
  [0x7f, 'BMV 单体电压异常', 'Cell voltage abnormal (BMV)'],
  [0x80, 'BMT 电池组过温', 'Battery pack too hot (BMT)'],
  [0x81, '电池状态异常', 'Battery state abnormal'],
  [0x82, '车辆发报文禁止充电', 'The car forbids charging'],
  [0x83, '充电桩断电', 'The pile lost power'],
  [0x84, '接收 BCS 超时', 'BCS missing'],
  [0x85, '接收 BCL 超时', 'BCL missing'],
  [0x86, '接收 BSM 超时', 'BSM missing'],
  [0x87, '接收 BST 超时', 'BST missing'],
  [0x88, '接收 BSD 超时', 'BSD missing'],
  [0x89, '接收对侧 CCS 超时', 'CCS of the other side missing'],
  [0x90, '未知原因停止', 'Stopped for an unknown reason'],
];

/** Stop codes of 广汽 profile-0, unverified: those of 南网's 2020 edition. */
const GQAA: readonly (readonly [code: number, zh: string, en: string])[] = [
  [1, '刷卡停止', 'Stopped by card'],
  [2, '远程停止', 'Stopped remotely'],
  [3, '充满', 'Battery full'],
  [4, '余额不足', 'Balance used up'],
  [5, '充电桩故障', 'Fault of the pile'],
  [6, 'BMS 停止', 'Stopped by the BMS'],
  [7, '急停', 'Emergency stop'],
  [8, '启动失败', 'The start failed'],
  [9, '停电', 'The pile lost power'],
  [10, '达到设定电量', 'Energy limit reached'],
  [11, '达到设定金额', 'Amount limit reached'],
  [12, '达到设定时间', 'Time limit reached'],
  [13, '拔枪', 'Unplugged'],
  [14, '过压', 'Over-voltage'],
  [15, '欠压', 'Under-voltage'],
  [16, '过流', 'Over-current'],
  [17, '绝缘异常', 'Insulation fault'],
  [18, '漏电', 'Leakage current'],
  [20, '枪过温', 'Connector too hot'],
  [21, '桩过温', 'Pile too hot'],
  [22, '电池过温', 'Battery too hot'],
  [23, '电子锁异常', 'Electronic lock fault'],
];

const YKC_REASONS: ReadonlyMap<number, StopReason> = new Map(
  YKC.map(([code, zh, en]) => [code, { zh, en }]),
);

const GQAA_REASONS: ReadonlyMap<number, StopReason> = new Map(
  GQAA.map(([code, zh, en]) => [code, { zh, en }]),
);

const CLASS_REASONS: Readonly<Record<StopClass, StopReason>> = {
  normal: { zh: '正常结束', en: 'Ended normally' },
  'start-failed': { zh: '启动失败', en: 'The start failed' },
  aborted: { zh: '异常中止', en: 'Aborted' },
  unknown: { zh: '原因不明', en: 'Reason unknown' },
};

/** The words of a stop code; a code without words of its own gets those of its class. */
export function stopReasonOf(vendor: string, code: number, stopClass: StopClass): StopReason {
  const table = vendor.startsWith('ykc') ? YKC_REASONS : vendor === 'gqaa' ? GQAA_REASONS : null;
  return table?.get(code) ?? CLASS_REASONS[stopClass];
}
