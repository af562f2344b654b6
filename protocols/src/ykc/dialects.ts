import { balance, measure } from '../kernel/field.ts';
import type { BodyShape, Frame, FrameTable } from '../kernel/frame.ts';
import { type Frames, type YkcCodec, ykc, ykcCodec } from './codec.ts';
import { v14Frames, ylcFrames } from './dialect-frames.ts';
import { frames } from './frames.ts';
import { FAULTS, type FaultKind, type StopRow, YLC_FAULTS } from './reasons.ts';

/**
 * In what a pile departs from the published text (ykc.md §8, §11, §12). Chosen per pile in its
 * configuration: the version byte of 0x01 is a hint, never more.
 */
export interface Dialect {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  /** Whether the document's Bit1 of `faultBits` is bit 0 or bit 1 of the word. */
  readonly faultBitBase: 0 | 1;
  readonly faults: readonly FaultKind[];
  /** Meanings that it gives to reserved stop codes. */
  readonly stopReasons: readonly StopRow[];
  /** The result of 0xF1 that means success. */
  readonly qrAckOk: 0 | 1;
  /** What 0x17 and 0x23 add to currents on the wire, in A; GB/T 27930 has 400, its 2023 edition 800. */
  readonly bmsCurrentOffsetA: 0 | 400 | 800;
  /** What the balances of 0x32, 0x34, 0x42 and A2, A4 count. */
  readonly balanceUnit: 'fen' | 'yuan';
  /** Whether the unit prices of an order hold the service fee, as the text has it. */
  readonly pricesHoldService: boolean;
  /** Frames that it adds, or lays out with other fields. Read them with `overlayOf`. */
  readonly frames: FrameTable;
}

const V16: Dialect = {
  id: 'ykc-1.6',
  zh: '云快充 V1.5/V1.6/V1.7',
  en: 'as published',
  faultBitBase: 0,
  faults: FAULTS,
  stopReasons: [],
  qrAckOk: 1,
  bmsCurrentOffsetA: 400,
  balanceUnit: 'fen',
  pricesHoldService: true,
  frames: {},
};

const YLC: Dialect = {
  ...V16,
  id: 'ylc-1.8',
  zh: '易联桩 V1.8.22',
  en: 'longer 0x03, 0x13 and 0x34; power per gun; VIN on plug-in',
  faultBitBase: 1,
  faults: YLC_FAULTS,
  stopReasons: [
    [0x78, '输出短路', 'output short'],
    [0x8a, '桩过温', 'pile over-temperature'],
    [0x8b, '枪头过温', 'connector over-temperature'],
    [0x8c, '过压', 'over-voltage'],
    [0x8d, '欠压', 'under-voltage'],
    [0x8e, '过流', 'over-current'],
    [0x91, 'CP 故障', 'CP fault'],
    [0x92, '接地故障', 'earth fault'],
    [0x93, '继电器粘连', 'relay welded'],
    [0x94, '漏电模块自检故障', 'leakage self-test'],
    [0x95, '二极管检测异常', 'diode check'],
  ],
  qrAckOk: 0,
  frames: ylcFrames,
};

const OPENUC: Dialect = {
  ...V16,
  id: 'openuc-1.0',
  zh: 'OpenUC V1.0',
  en: 'own stop codes; prices of orders without service',
  stopReasons: [
    [0x46, 'BMS 总电压达到设定值', 'BMS total voltage reached'],
    [0x65, '接收 BRO_00 超时', 'BRO(00) timeout'],
    [0x78, 'BMS 绝缘故障', 'BMS insulation fault'],
    [0x8a, '连接器过温', 'connector over-temperature'],
    [0x8b, 'BMS 元件过温', 'BMS element over-temperature'],
    [0x8c, 'BMS 连接器故障', 'BMS connector'],
    [0x8d, 'CC2 电压异常', 'CC2 voltage'],
    [0x8e, 'BMS 其他故障', 'BMS other'],
    [0x8f, 'BEM 错误报文', 'BEM'],
  ],
  pricesHoldService: false,
};

/** The dialects that a configuration can name. */
export const DIALECTS: readonly Dialect[] = [
  V16,
  {
    ...V16,
    id: 'ykc-1.4',
    zh: '云快充 V1.4（推断）',
    en: 'V1.4, 0x3F inferred',
    frames: v14Frames,
  },
  YLC,
  OPENUC,
];

/** A dialect by its id. */
export const dialectOf = (id: string): Dialect | undefined =>
  DIALECTS.find((dialect) => dialect.id === id);

export const STANDARD: Dialect = V16;

const STANDARD_OFFSET = -10 * STANDARD.bmsCurrentOffsetA;

type AnyField = BodyShape[string];

/** The same row with some fields read otherwise; what they hold stays of the same type. */
function refit<R extends Frame>(row: R, change: (field: AnyField) => AnyField): R {
  const body = Object.entries(row.body).map(([name, field]) => [name, change(field)] as const);
  return { ...row, body: Object.fromEntries(body) };
}

const isBmsCurrent = ({ domain }: AnyField): boolean =>
  domain.kind === 'integer' && domain.unit === 'A' && domain.min === STANDARD_OFFSET;

/** The standard table with the numbers of a dialect in it. */
function tableOf({ bmsCurrentOffsetA, balanceUnit }: Dialect): Frames {
  const change = (field: AnyField): AnyField => {
    if (isBmsCurrent(field)) return measure(field.zh, 2, 'A', 1, -10 * bmsCurrentOffsetA);
    const isBalance = field.domain.kind === 'exact' && field.domain.places === 2;
    return isBalance && balanceUnit === 'yuan' ? balance(field.zh, 100n) : field;
  };
  return {
    ...frames,
    bmsConfig: refit(frames.bmsConfig, change),
    bmsDemand: refit(frames.bmsDemand, change),
    startApplyAck: refit(frames.startApplyAck, change),
    remoteStart: refit(frames.remoteStart, change),
    balanceUpdate: refit(frames.balanceUpdate, change),
    parallelStartApplyAck: refit(frames.parallelStartApplyAck, change),
    parallelRemoteStart: refit(frames.parallelRemoteStart, change),
  };
}

/** The codec for a pile of a dialect: same names, same types, its own offsets and units. */
export function codecFor(dialect: Dialect): { readonly codec: YkcCodec; readonly table: Frames } {
  const { bmsCurrentOffsetA, balanceUnit } = dialect;
  const asPublished =
    bmsCurrentOffsetA === STANDARD.bmsCurrentOffsetA && balanceUnit === STANDARD.balanceUnit;
  if (asPublished) return { codec: ykc, table: frames };
  const table = tableOf(dialect);
  return { codec: ykcCodec(table), table };
}

/** Whether a pile took the QR prefix, given the result byte of its 0xF1. */
export const qrAccepted = (dialect: Dialect, result: number): boolean => result === dialect.qrAckOk;
