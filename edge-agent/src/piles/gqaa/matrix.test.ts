import { decode, encode, type GqaaMessage, read } from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { bytesOf, hexOf } from '@holdfast/protocols/kernel/bytes';
import { anyMessage } from '@holdfast/protocols/testing/arbitrary';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cbcCipher } from '../../adapters/crypto/cbc-cipher.ts';
import { gqaaProtocol } from './protocol.ts';
import type { UpName } from './step.ts';
import { BODIES, PILE, said, TARIFF, TRADE } from './testing/samples.ts';
import { eventsIn, sentIn, Talk } from './testing/talk.ts';

const balance = fen(5_000n);
const start = { connectorNo: 1, tradeNo: TRADE, cardNo: null, balance } as const;
const COMMANDS: readonly PileCommand[] = [
  { do: 'start', ...start },
  { do: 'startTogether', connectors: [start], cardNo: null, balance },
  { do: 'stop', connectorNo: 1 },
  { do: 'allowStart', request: '0', ...start },
  { do: 'refuseStart', connectorNo: 1, request: '0', refusal: 'reserved' },
  { do: 'recordStored', tradeNo: TRADE },
  { do: 'pushTariff', tariff: TARIFF },
  { do: 'readNow', connectorNo: 1 },
  { do: 'setClock' },
  { do: 'setLimits', enabled: true, maxPowerPercent: 80 },
  { do: 'limitPower', connectorNo: null, maxW: 1.5, validSeconds: 0 },
  { do: 'operate', request: '0', operation: 'Call', parameters: null },
  { do: 'setBalance', connectorNo: 1, cardNo: null, balance },
  { do: 'addCards', cards: [] },
  { do: 'setLock', connectorNo: 1, up: true },
  { do: 'reboot', whenIdle: false },
];

const names = Object.keys(BODIES) as readonly UpName[];
const protocol = gqaaProtocol();
const codec = protocol.openCodec(8_000);

test('[GQAA-SEQ-1] whatever piles say, in whatever order, nothing throws and the rules hold', () => {
  const heard = fc.oneof(
    anyMessage(frames).map((message) => ({ hex: hexOf(encode(message as GqaaMessage)) })),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom('0100', '0200', '0300'))
      .map(([name, seq]) => ({ hex: hexOf(encode(said(name, {}, seq))) })),
  );
  const anyInput = fc.oneof(
    { weight: 3, arbitrary: heard },
    { weight: 1, arbitrary: fc.constantFrom(...COMMANDS) },
    { weight: 1, arbitrary: fc.constantFrom('grace', 'welcome', 'beat', 'clock', 'again:0100') },
  );
  fc.assert(
    fc.property(fc.boolean(), fc.array(anyInput, { maxLength: 40 }), (adopted, inputs) => {
      const talk = new Talk();
      if (!adopted) talk.site.profiles.clear();
      talk.login();
      for (const input of inputs) {
        const effects =
          typeof input === 'string'
            ? talk.timer(input)
            : 'do' in input
              ? talk.told(input)
              : talk.take(codec.decode(bytesOf(input.hex)).message);
        for (const effect of effects) {
          if (effect.do !== 'send') continue;
          const { message } = effect;
          if (message.name !== 'unknown') expect(frames[message.name].from).toBe('hub');
          // An order is acknowledged by the disk's word or, once it is, by the same frame again.
          if (message.name === 'orderAck') expect(message.body.reason).toBe('none');
        }
        expect(talk.state.taken.length).toBeLessThanOrEqual(128);
        expect(talk.state.due.length).toBeLessThanOrEqual(64);
      }
    }),
    { numRuns: 400 },
  );
});

test.each(['aes-128-cbc', 'sm4-cbc'] as const)(
  '[GQAA-ENC-1] [GQAA-ENC-4] under %s a whole talk is closed to who has not the key',
  (name) => {
    const cipher = cbcCipher(name, bytesOf('0123456789ABCDEFFEDCBA9876543210'));
    let ivs = 0;
    const secrets = {
      cipherOf: (pileNo: string) => (pileNo === PILE ? cipher : undefined),
      iv() {
        ivs += 1;
        return new Uint8Array(16).fill(ivs);
      },
    };
    const edge = gqaaProtocol(secrets).openCodec(8_000);
    // The pile's end is the same codec: both seal with the key of the number in the head.
    const talk = new Talk();
    const plain = encode(said('login'));
    expect(edge.decode(plain).message).toMatchObject({ why: 'unsealed' });
    const [answer] = sentIn(talk.hear('login'));
    if (answer === undefined) throw new RangeError('no answer');
    const [one, two] = [edge.encode(answer), edge.encode(answer)];
    expect(hexOf(one)).not.toBe(hexOf(two));
    expect(decode(one)).toMatchObject({
      name: 'unknown',
      why: 'encrypted',
      encryption: cipher.encryption,
    });
    // What the pile sends, sealed as the edge would: it reads as if it were plain.
    const login = said('login');
    const sealedLogin = edge.encode(login as never);
    const opened = edge.decode(sealedLogin);
    expect(opened.message).toEqual(login);
    expect(read(opened.plain)).toEqual(login);
    const broken = Uint8Array.from(sealedLogin);
    broken[broken.length - 10] = (broken[broken.length - 10] ?? 0) ^ 1;
    const spoilt = edge.decode(broken).message;
    expect(spoilt).not.toEqual(login);
    expect(eventsIn(talk.closed('closed'))).toHaveLength(1);
  },
);

test('an echo of our own frames is no word of a pile', () => {
  const [ack] = sentIn(new Talk().hear('login'));
  if (ack === undefined) throw new RangeError('no answer');
  const up = codec.decode(encode(ack));
  expect(up.message).toMatchObject({ name: 'unknown', why: 'unknown-type', code: 1 });
  expect(encode(up.message)).toEqual(encode(ack));
  expect(protocol.isLogin(up)).toBe(false);
  expect(protocol.pileNoOf(up)).toBe(PILE);
});
