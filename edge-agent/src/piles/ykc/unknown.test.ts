import { type YkcMessage, ykc } from '@holdfast/protocols/ykc/codec';
import { expect, test } from 'vitest';
import { ykcProtocol } from './protocol.ts';
import { bytesOf, PILE } from './testing/samples.ts';
import { Talk } from './testing/talk.ts';
import { uplinkOf } from './uplink.ts';

const uplink = (message: YkcMessage) => {
  const raw = ykc.encode(message);
  return uplinkOf(ykc.read(raw), raw);
};
const strange = {
  name: 'unknown',
  seq: '0100',
  why: 'unknown-type',
  code: 0x77,
  encryption: 0,
  body: { raw: 'AABB' },
} as const;

const STRANGE: readonly (readonly [string, YkcMessage, object])[] = [
  ['an unknown type', strange, { why: 'unknown-type', type: '0x77', raw: 'AABB' }],
  ['an encrypted frame', { ...strange, encryption: 1, code: 0x03 }, { why: 'encrypted' }],
  ['a short frame', { ...strange, code: 0x03 }, { why: 'short-body', type: '0x03' }],
  [
    'an echo of ours',
    { name: 'loginAck', seq: '0100', body: { pileNo: PILE, result: 'accepted' } },
    { why: 'unknown-type', type: '0x02', raw: `${PILE}00` },
  ],
];

test.each(STRANGE)('[YKC-UNKNOWN-1] %s is shown, not answered', (_what, message, body) => {
  const effects = new Talk().login().take(uplink(message));
  expect(effects).toMatchObject([
    { do: 'emit', event: { type: 'Observed', name: 'unknown', body } },
  ]);
});

test('[YKC-UNKNOWN-1] a frame goes to the pile that it names, if it names one', () => {
  const { pileNoOf, isLogin } = ykcProtocol();
  const read = (raw: Uint8Array) => uplinkOf(ykc.read(raw), raw);
  expect(pileNoOf(read(bytesOf('heartbeat')))).toBe(PILE);
  expect(pileNoOf(read(bytesOf('remoteStopAck', { pileNo: null, gunNo: null })))).toBeUndefined();
  expect(pileNoOf(strange)).toBeUndefined();
  expect([isLogin(read(bytesOf('login'))), isLogin(strange)]).toEqual([true, false]);
});

test('[YKC-CRC-1] answers have their checksum in the pile’s byte order', () => {
  const { openCodec } = ykcProtocol();
  const answer = { name: 'heartbeatAck', seq: '0100' } as const;
  const body = { pileNo: PILE, gunNo: '01', ack: 0 };
  const codec = openCodec(8_000);
  const low = codec.encode({ ...answer, body });
  const heartbeat = ykc.encode(ykc.read(bytesOf('heartbeat')), 'BE');
  const heard: unknown[] = [];
  codec.stream.push(heartbeat, 0, (raw) => heard.push(codec.decode(raw)));
  expect(heard).toMatchObject([{ name: 'heartbeat' }]);
  const high = codec.encode({ ...answer, body });
  expect([...high.subarray(-2)]).toEqual([...low.subarray(-2)].reverse());
  expect(low).toEqual(ykc.encode({ ...answer, body }, 'LE'));
});
