import { fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexOf } from '../kernel/bytes.ts';
import { anyMessage } from '../testing/arbitrary.ts';
import { decode, type YkcMessage, ykc } from './codec.ts';
import { ylcFrames } from './dialect-frames.ts';
import { codecFor, DIALECTS, type Dialect, dialectOf, qrAccepted, STANDARD } from './dialects.ts';
import { frames } from './frames.ts';
import { overlayOf } from './overlay.ts';
import { faultsOf, stopReasonOf } from './reasons.ts';
import { viewer } from './view.ts';
import { vinOf } from './vin.ts';

const YLC = dialectOf('ylc-1.8') ?? STANDARD;
const overTheWire = (message: YkcMessage): YkcMessage => decode(ykc.encode(message)).message;
const connector = { pileNo: '32010200000001', gunNo: '01' };

describe('dialects', () => {
  test('have ids of their own, and the standard is one of them', () => {
    const ids = DIALECTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(dialectOf('ykc-1.6')).toBe(STANDARD);
    expect(dialectOf('ykc-9')).toBeUndefined();
  });

  test('the published codec serves every dialect that changes no number', () => {
    for (const dialect of DIALECTS) expect(codecFor(dialect).codec).toBe(ykc);
  });

  test.each([
    [400, -104],
    [0, 3896],
    [800, -4104],
  ] as const)(
    'a BMS current with %i A added on the wire reads %i',
    (bmsCurrentOffsetA, current) => {
      const { codec } = codecFor({ ...STANDARD, bmsCurrentOffsetA });
      const wire = ykc.encode(bmsDemand(-104));
      const message = codec.read(wire);
      expect(message.body).toMatchObject({ demandCurrent: current, outputCurrent: current });
      expect(hexOf(codec.encode(message))).toBe(hexOf(wire));
    },
  );

  test('a balance in whole yuan is in fen all the same', () => {
    const { codec } = codecFor({ ...STANDARD, balanceUnit: 'yuan' });
    const body = { ...connector, physicalCardNo: '00000000D14B0A54', balance: fen(12_300n) };
    const wire = codec.encode({ name: 'balanceUpdate', seq: '0000', body });
    expect(hexOf(wire)).toContain('7B000000');
    expect(codec.read(wire).body).toEqual(body);
    const odd = { ...body, balance: fen(12_345n) };
    expect(() => codec.encode({ name: 'balanceUpdate', seq: '0000', body: odd })).toThrow(
      'balance: 12345 does not fit',
    );
  });

  test('the QR answer is read as the dialect has it', () => {
    expect([qrAccepted(STANDARD, 1), qrAccepted(STANDARD, 0)]).toEqual([true, false]);
    expect([qrAccepted(YLC, 1), qrAccepted(YLC, 0)]).toEqual([false, true]);
  });
});

function bmsDemand(current: number): YkcMessage {
  const body = {
    tradeNo: '0'.repeat(32),
    ...connector,
    demandVoltage: 4000,
    demandCurrent: current,
    chargeMode: 'constant-current',
    measuredVoltage: 4000,
    measuredCurrent: current,
    maxCellVoltageGroup: 0,
    soc: 50,
    remainMinutes: 30,
    outputVoltage: 4000,
    outputCurrent: current,
    chargedMinutes: 10,
  } as const;
  return { name: 'bmsDemand', seq: '0000', body };
}

describe('frames that a dialect has of its own', () => {
  const ylc = overlayOf(ylcFrames);

  test('survive the wire of the standard codec', () => {
    fc.assert(
      fc.property(anyMessage(ylcFrames), (message) => {
        expect(ylc.read(overTheWire(ylc.write(message)))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  test('0x52 is for one gun, in 0.1 kW', () => {
    const body = { ...connector, maxPower: 200, priority: 1, minutes: 60 };
    const sent = ylc.write({ name: 'gunPowerSet', seq: '0008', body });
    expect(sent.body.raw).toBe('3201020000000101C800013C00');
    // Whoever does not know the dialect reads the standard frame and something over.
    expect(overTheWire(sent)).toMatchObject({ name: 'workParamSet', body: { extra: '00013C00' } });
  });

  test('a frame of the standard length is not of the dialect', () => {
    const body = { ...connector, gunStatus: 'normal' } as const;
    expect(ylc.read({ name: 'heartbeat', seq: '0000', body })).toBeUndefined();
    expect(ylc.read(overTheWire(bmsDemand(0)))).toBeUndefined();
  });

  test('an encrypted frame says nothing', () => {
    const raw = '3201020000000101';
    const encrypted = { name: 'unknown', why: 'encrypted', seq: '0000', code: 0x71 } as const;
    expect(ylc.read({ ...encrypted, encryption: 1, body: { raw } })).toBeUndefined();
  });

  test('[WIRE-12] 0x3F is read only where an operator says that it is V1.4', () => {
    const rest = '00'.repeat(132);
    const body = { tradeNo: '1'.repeat(32), ...connector, rest };
    const message = { name: 'orderV14', seq: '0000', body } as const;
    expect(viewer(STANDARD)(message).body).toEqual(body);
    expect(viewer(dialectOf('ykc-1.4') ?? STANDARD)(message).body).toMatchObject({
      tradeNo: body.tradeNo,
      meterStart: '0.0000',
      totalAmount: '0.0000',
    });
  });
});

describe('stop reasons and faults', () => {
  test.each([
    [0x40, 'normal', 'remote (app) stop'],
    [0x49, 'normal', 'reserved'],
    [0x4a, 'start-failed', 'control system fault (restart or self-recovery)'],
    [0x69, 'start-failed', 'reserved'],
    [0x6e, 'aborted', 'insufficient balance'],
    [0x8f, 'aborted', 'reserved'],
    [0x90, 'unknown', 'unknown'],
    [0x91, 'unknown', 'reserved'],
    [0x00, 'unknown', 'reserved'],
  ])('%i is %s', (code, kind, en) => {
    expect(stopReasonOf(code)).toMatchObject({ code, class: kind, en });
  });

  test('a dialect gives meaning to reserved codes', () => {
    expect(stopReasonOf(0x8c, YLC.stopReasons)).toMatchObject({ class: 'aborted', zh: '过压' });
    expect(stopReasonOf(0x93, YLC.stopReasons)).toMatchObject({
      class: 'aborted',
      zh: '继电器粘连',
    });
  });

  const idsOf = (word: number, dialect: Dialect): readonly string[] =>
    faultsOf(word, dialect.faultBitBase, dialect.faults).map(({ id }) => id);

  test('the same word says another fault where bits are counted from one', () => {
    expect(idsOf(0x0002, STANDARD)).toEqual(['no-rectifier']);
    expect(idsOf(0x0002, YLC)).toEqual(['emergency-stop']);
    expect(idsOf(0x8001, STANDARD)).toEqual(['emergency-stop']);
    expect(idsOf(0xc001, YLC)).toEqual(['relay-welded', 'output-short']);
  });
});

describe('the VIN', () => {
  test('is found whichever end was sent first', () => {
    for (const vin of ['LSVAU2180N2183294', '1M8GDM9AXKP042788', 'LVHRU183XK5032468']) {
      expect(vinOf(vin)).toBe(vin);
      expect(vinOf([...vin].reverse().join(''))).toBe(vin);
    }
  });

  test.each(['', '\xff'.repeat(17), 'LSVAU2180N218329', 'LSVAU2180O2183294', 'lsvau2180n2183294'])(
    '%j is none',
    (text) => expect(vinOf(text)).toBeNull(),
  );

  test('of 0x31 is shown forward though its frame has it the other way', () => {
    const body = {
      ...connector,
      method: 'vin',
      needPassword: 'no',
      account: '0'.repeat(16),
      password: '0'.repeat(32),
    } as const;
    const show = (vin: string) =>
      viewer(STANDARD)(overTheWire({ name: 'startApply', seq: '0000', body: { ...body, vin } }));
    expect(show('LSVAU2180N2183294')).toMatchObject({
      body: { vin: 'LSVAU2180N2183294' },
      notes: [],
    });
    expect(show('4923812N0812UAVSL')).toMatchObject({
      body: { vin: 'LSVAU2180N2183294' },
      notes: [expect.stringContaining('other byte order')],
    });
  });
});

describe('the view', () => {
  test('has the field ids of the table as keys, for every frame and value', () => {
    const view = viewer(STANDARD);
    fc.assert(
      fc.property(anyMessage(frames), (message) => {
        const { body } = view(message);
        const { extra: _extra, ...own } = body;
        expect(Object.keys(own)).toEqual(Object.keys(frames[message.name].body));
        expect(() => JSON.stringify(body)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  test('says what bits, slots and faults mean', () => {
    const slots = [...Array(16).fill(3), ...Array(32).fill(0)];
    const abort = { tradeNo: '0'.repeat(32), ...connector, reason: 1, fault: 0x0800, error: 2 };
    const view = viewer(STANDARD);
    expect(view({ name: 'bmsAbort', seq: '0000', body: abort }).meaning).toEqual({
      reason: '达到目标 SOC target SOC reached',
      fault: '高压继电器故障 HV relay (不可信 untrusted)',
      error: '电流过大 over-current (不可信 untrusted)',
    });
    const price = view({ name: 'priceModel', seq: '0000', body: { ...zeroPrices(), slots } });
    expect(price.meaning).toEqual({ slots: '00:00–08:00 谷, 08:00–24:00 尖' });
  });
});

/** A price model of zeros, read from the wire. */
function zeroPrices(): Extract<YkcMessage, { name: 'priceModel' }>['body'] {
  const raw = '00'.repeat(90);
  const seq = '0000';
  const unread = { name: 'unknown', why: 'unknown-type', seq, code: 0x0a, encryption: 0 } as const;
  const message = overTheWire({ ...unread, body: { raw } });
  if (message.name !== 'priceModel') throw new TypeError(message.name);
  return message.body;
}
