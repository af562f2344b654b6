import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import { type Random, randomOf } from '../piles/random.ts';
import { answersTo, type Row, stationCalls } from './ocpp-payloads.ts';

/** Frames of a mad station: sound ones of all kinds, and what can be made of them. */

const NOW = '2026-11-23T08:00:00Z';
const SAMPLE = { value: '1200', context: 'Sample.Periodic', measurand: 'Power.Active.Import' };
const EVSE = { id: 1, connectorId: 1 };
const TOKEN = { idToken: 'CARD1', type: 'ISO14443' };

const CALLS_16: readonly [Row, ...Row[]] = [
  ['BootNotification', { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '1' }],
  ['Heartbeat', {}],
  ['Authorize', { idTag: 'CARD1' }],
  ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }],
  ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' }],
  ['StartTransaction', { connectorId: 1, idTag: 'CARD1', meterStart: 0, timestamp: NOW }],
  [
    'MeterValues',
    {
      connectorId: 1,
      transactionId: 1001,
      meterValue: [{ timestamp: NOW, sampledValue: [SAMPLE] }],
    },
  ],
  ['StopTransaction', { transactionId: 1001, meterStop: 5_000, timestamp: NOW, reason: 'Local' }],
  ['DataTransfer', { vendorId: 'V', messageId: 'm', data: '{}' }],
  ['DiagnosticsStatusNotification', { status: 'Uploading' }],
  ['FirmwareStatusNotification', { status: 'Installed' }],
  ['SecurityEventNotification', { type: 'InvalidMessages', timestamp: NOW }],
  ['SignCertificate', { csr: 'x' }],
];

const CALLS_2: readonly [Row, ...Row[]] = [
  ['BootNotification', { reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } }],
  ['Heartbeat', {}],
  ['Authorize', { idToken: TOKEN }],
  [
    'StatusNotification',
    { timestamp: NOW, connectorStatus: 'Occupied', evseId: 1, connectorId: 1 },
  ],
  ...['Started', 'Updated', 'Ended'].map((eventType, seqNo): Row => {
    const transactionInfo = { transactionId: 'T1', chargingState: 'Charging' };
    const sampledValue = [{ value: 1_200, measurand: 'Energy.Active.Import.Register' }];
    const meterValue = [{ timestamp: NOW, sampledValue }];
    const who = { idToken: TOKEN, evse: EVSE };
    const triggerReason = 'Authorized';
    const event = { eventType, timestamp: NOW, triggerReason, seqNo, transactionInfo };
    return ['TransactionEvent', { ...event, ...who, meterValue }];
  }),
  ['MeterValues', { evseId: 1, meterValue: [{ timestamp: NOW, sampledValue: [{ value: 1 }] }] }],
  [
    'NotifyReport',
    {
      requestId: 1,
      generatedAt: NOW,
      seqNo: 0,
      reportData: [
        { component: { name: 'C' }, variable: { name: 'V' }, variableAttribute: [{ value: '1' }] },
      ],
    },
  ],
  ['SecurityEventNotification', { type: 'InvalidMessages', timestamp: NOW }],
  ['FirmwareStatusNotification', { status: 'Installed' }],
  ['DataTransfer', { vendorId: 'V' }],
  ['SignCertificate', { csr: 'x' }],
];

/** Answers that fit no call of ours in particular. */
const RESULTS: readonly [object, ...object[]] = [
  {},
  { status: 'Accepted' },
  { status: 'Rejected' },
  { status: 'NotImplemented', statusInfo: { reasonCode: 'x' } },
  { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '60' }] },
  { listVersion: -1 },
];

/** Values that have broken somebody's software before. */
const ODD: readonly [unknown, ...unknown[]] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  -0.1,
  '',
  'NaN',
  '1,5',
  '1970-01-01',
  '2026-11-23 08:00',
  '\u0000',
  '\ud800',
  '桩'.repeat(60),
  'x'.repeat(2_000),
  [],
  [[[[]]]],
  {},
  { constructor: 1, toString: 2 },
  '<script>',
  '../../etc',
];

const PUNCTUATION: readonly [string, ...string[]] = ['"', '[', ']', '{', '}', ',', ':', '\\', '0'];

/** A payload with one of its values, at any depth, made into something else. */
function twisted(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.once(5)) return random.pick(ODD);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.once(8)) return [...value, ...value, random.pick(ODD)];
    const at = random.below(value.length);
    return value.map((item, i) => (i === at ? twisted(item, random) : item));
  }
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  const [name] = entries[at] ?? [];
  if (name === undefined) return { ...value, [`x${random.below(9)}`]: random.pick(ODD) };
  const rest = entries.filter((_, i) => i !== at);
  if (random.once(4)) return Object.fromEntries(rest);
  return Object.fromEntries(
    entries.map(([key, member]) => [key, key === name ? twisted(member, random) : member]),
  );
}

/** What lines, memory and bad string code do to a text. */
function torn(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  switch (random.below(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(PUNCTUATION) + text.slice(at);
    case 3:
      return text.slice(0, at) + text.slice(at + 1);
    case 4:
      return text.slice(0, at) + String.fromCharCode(random.below(0x1_0000)) + text.slice(at + 1);
    default:
      return text + text.slice(at);
  }
}

const idOf = (random: Random, no: number): unknown =>
  random.once(12) ? random.pick<unknown>([no, '', null, 'x'.repeat(50), {}, -1]) : `m${no}`;

/** What the schemas give; what is written by hand above hangs together, and comes as often. */
const ALL_CALLS: Readonly<Record<OcppVersion, readonly Row[]>> = {
  '1.6': stationCalls('1.6'),
  '2.0.1': stationCalls('2.0.1'),
  '2.1': stationCalls('2.1'),
};

/** A call of ours that waits for its answer. */
export interface Asked {
  readonly id: string;
  readonly action: string;
}

function answerTo(random: Random, version: OcppVersion, { id, action }: Asked): unknown {
  if (random.once(4)) return [4, id, 'GenericError', '', {}];
  const fitting = answersTo(version, action);
  const payload = random.once(3) ? random.pick(RESULTS) : fitting[random.below(fitting.length)];
  return [3, id, twistedSometimes(payload, random)];
}

function twistedSometimes(sound: unknown, random: Random): unknown {
  let payload = sound;
  for (let times = random.below(4); times > 1; times -= 1) payload = twisted(payload, random);
  return payload;
}

function call(random: Random, version: OcppVersion, no: number): unknown {
  const all = ALL_CALLS[version];
  const told = random.pick(version === '1.6' ? CALLS_16 : CALLS_2);
  const [action, sound] = random.once(2) ? told : (all[random.below(all.length)] ?? told);
  const payload = twistedSometimes(sound, random);
  const type = random.once(20) ? random.below(9) : 2;
  return [type, idOf(random, no), random.once(30) ? 'Nothing' : action, payload];
}

/** One frame of a station that speaks the version. */
export function madFrame(
  random: Random,
  version: OcppVersion,
  no: number,
  asked: Asked | undefined,
): string {
  const isAnswer = asked !== undefined && random.once(2);
  const frame = isAnswer ? answerTo(random, version, asked) : call(random, version, no);
  const text = JSON.stringify(random.once(30) ? twisted(frame, random) : frame);
  return random.once(3) ? torn(text, random) : text;
}

/** The sequence of a case. */
export const randomFor = (seed: number, index: number): Random =>
  randomOf(Math.imul(index + 1, 0x9e37_79b9) ^ seed);
