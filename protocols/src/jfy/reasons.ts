import type { StopClass } from '@holdfast/shared/order/record';

/** Why a charge ended, as the stop word of a record says it. */
export interface StopReason {
  readonly code: number;
  readonly class: StopClass;
  readonly zh: string;
  readonly en: string;
}

type Row = readonly [code: number, zh: string, en: string];

/** The codes that the AAF5 family has in public; every other keeps its number. */
const TABLE: Readonly<Record<StopClass, readonly Row[]>> = {
  normal: [
    [0, '正常结束', 'ended normally'],
    [200, '用户停止', 'stopped by the user'],
    [306, '达到设定电量', 'energy limit reached'],
    [307, '达到设定时间', 'time limit reached'],
    [308, '达到设定金额', 'amount limit reached'],
    [311, '后台停止', 'stopped remotely'],
  ],
  'start-failed': [
    [100_001, '启动失败', 'the start failed'],
    [100_002, '启动超时', 'the start timed out'],
  ],
  aborted: [
    [302, '急停', 'emergency stop'],
    [320, '停电', 'power cut'],
    [101_005, '交流桩急停', 'emergency stop of an AC pile'],
  ],
  unknown: [],
};

const byCode: ReadonlyMap<number, StopReason> = new Map(
  (Object.keys(TABLE) as StopClass[]).flatMap((kind) =>
    TABLE[kind].map(([code, zh, en]) => [code, { code, class: kind, zh, en }] as const),
  ),
);

/** Every code of the table. */
export const STOP_CODES: readonly number[] = [...byCode.keys()].toSorted((a, b) => a - b);

/** What a stop code says; one that is in no table is of an unknown class and keeps its number. */
export const stopReasonOf = (code: number): StopReason =>
  byCode.get(code) ?? { code, class: 'unknown', zh: '未定义', en: 'not in the table' };
