import type { StopClass } from '@holdfast/shared/order/record';

/** Why a charge ended, as the stop byte of an order says it. */
export interface StopReason {
  readonly code: number;
  readonly class: StopClass;
  readonly zh: string;
  readonly en: string;
}

type Row = readonly [code: number, zh: string, en: string];

/** The codes of 南网's 2020 edition, for want of the maker's own. */
const TABLE: Readonly<Record<StopClass, readonly Row[]>> = {
  normal: [
    [1, '刷卡停止', 'stopped by card'],
    [2, '远程停止', 'stopped remotely'],
    [3, '充满', 'battery full'],
    [4, '余额不足', 'balance used up'],
    [10, '达到设定电量', 'energy limit reached'],
    [11, '达到设定金额', 'amount limit reached'],
    [12, '达到设定时间', 'time limit reached'],
  ],
  'start-failed': [[8, '启动失败', 'the start failed']],
  aborted: [
    [5, '充电桩故障', 'fault of the pile'],
    [6, 'BMS 停止', 'stopped by the BMS'],
    [7, '急停', 'emergency stop'],
    [9, '停电', 'power cut'],
    [13, '拔枪', 'unplugged'],
    [14, '过压', 'over-voltage'],
    [15, '欠压', 'under-voltage'],
    [16, '过流', 'over-current'],
    [17, '绝缘异常', 'insulation fault'],
    [18, '漏电', 'leakage current'],
    [20, '枪过温', 'connector too hot'],
    [21, '桩过温', 'pile too hot'],
    [22, '电池过温', 'battery too hot'],
    [23, '电子锁异常', 'electronic lock fault'],
  ],
  unknown: [[255, '未知原因', 'unknown']],
};

const byCode: ReadonlyMap<number, StopReason> = new Map(
  (Object.keys(TABLE) as StopClass[]).flatMap((kind) =>
    TABLE[kind].map(([code, zh, en]) => [code, { code, class: kind, zh, en }] as const),
  ),
);

/** Every code of the table. */
export const STOP_CODES: readonly number[] = [...byCode.keys()].toSorted((a, b) => a - b);

/** What a stop code says; one that is in no table is of an unknown class. */
export const stopReasonOf = (code: number): StopReason =>
  byCode.get(code) ?? { code, class: 'unknown', zh: '未定义', en: 'not in the table' };
