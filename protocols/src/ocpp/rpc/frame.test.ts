import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bench } from '../testing/virtual-port.ts';
import { OCPP_VERSIONS } from '../version.ts';
import { spelled } from './error-codes.ts';
import { readFrame } from './frame.ts';
import { textOfUtf8 } from './utf8.ts';

const utf8 = (text: string): Uint8Array =>
  Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0));

const HEARTBEAT = { is: 'call', action: 'Heartbeat', payload: {} };

describe('what a socket may bring', () => {
  test.each(['', ' ', '\r\n', '\0', '\uFEFF', ' \0\t'])(
    '[OCPP-A14] %j is empty and overlooked',
    (text) => {
      const { endpoint, sent, deviations } = bench();
      endpoint.receive(text);
      endpoint.receive(utf8(text));
      expect([sent, deviations, endpoint.counts().framesIn]).toEqual([[], [], 0]);
    },
  );

  test.each([
    ' [2,"1","Heartbeat",{}]',
    '\uFEFF[2,"1","Heartbeat",{}]',
    '[2,"1","Heartbeat",{}]\0',
    '[2,"1","Heartbeat",{}]\0\0\r\n',
    '\r\n[ 2 ,\n"1",\t"Heartbeat" , { } ]\n',
  ])('[OCPP-A14] %j is read, as text and as binary', (text) => {
    expect(readFrame(text, '1.6')).toMatchObject(HEARTBEAT);
    expect(readFrame(utf8(text), '1.6')).toMatchObject(HEARTBEAT);
  });

  test('[OCPP-A14] binary is UTF-8', () => {
    const text = '[2,"é","DataTransfer",{"vendorId":"充电 🔋"}]';
    expect(readFrame(utf8(text), '1.6')).toEqual(readFrame(text, '1.6'));
    expect(textOfUtf8(Uint8Array.of(0x41, 0xff, 0xc3, 0x28, 0xe2, 0x82))).toBe(
      'A��(��'.slice(0, 5),
    );
  });

  test('[OCPP-A14] UTF-8 is read as it was written', () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(fc.property(anyText, (text) => textOfUtf8(utf8(text)) === text));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof textOfUtf8(bytes) === 'string'));
  });

  test.each([
    '[4',
    '[3,"1"',
    '[4,"1","X"',
    '[3,"1",5]',
    '[3]',
    '[ 4 ,{',
    '["4","1"]',
    '[5,"1"',
    '[6,"1"',
  ])('[OCPP-A14] %s may be an answer or a SEND, and is never answered with an error', (text) => {
    for (const version of OCPP_VERSIONS) {
      const { endpoint, sent } = bench({ version });
      endpoint.receive(text);
      expect(sent).toEqual([]);
    }
  });

  test('[OCPP-A14] what is nested beyond reason is refused before anybody walks it', () => {
    const deep = `[2,"1","DataTransfer",{"data":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`;
    expect(readFrame(deep, '2.1')).toMatchObject({ is: 'bad' });
  });

  test('[OCPP-A14] reading is total: any text, any bytes, any JSON, in any version', () => {
    const element = fc.oneof(fc.jsonValue(), fc.constantFrom(2, 3, 4, 5, 6, '2', null, '-1'));
    const anyData = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.json(),
      fc.array(element, { maxLength: 6 }).map((list) => JSON.stringify(list)),
    );
    fc.assert(
      fc.property(anyData, fc.constantFrom(...OCPP_VERSIONS), (data, version) => {
        const { endpoint, sent, said } = bench({ version });
        endpoint.receive(data);
        expect(sent.length).toBeLessThanOrEqual(1);
        for (const [type] of said()) expect(type).toBe(4);
      }),
      { numRuns: 2_000 },
    );
  });

  test('[OCPP-A14] the unreadable without end is given up', () => {
    const { endpoint, broken } = bench({ limits: { badFramesMax: 3 } });
    for (const text of ['x', 'y', '[2,"1","Heartbeat",{}]', 'x', 'y']) endpoint.receive(text);
    expect(broken).toEqual([]);
    endpoint.receive('z');
    expect(broken).toEqual(['garbage']);
  });
});

describe('message ids', () => {
  test.each([
    ['5', '5'],
    ['"5"', '"5"'],
    ['-7.50', '-7.50'],
    ['12345678901234567890', '12345678901234567890'],
    ['""', '""'],
    [`"${'x'.repeat(300)}"`, `"${'x'.repeat(300)}"`],
    ['"a\\u0000\\"b"', '"a\\u0000\\"b"'],
  ])('[OCPP-B5] the id %s comes back as %s', (id, echo) => {
    const { endpoint, requests, sent } = bench();
    endpoint.receive(`[2,${id},"Heartbeat",{}]`);
    requests[0]?.answer({ a: 1 });
    expect(sent).toEqual([`[3,${echo},{"a":1}]`]);
  });

  test.each([
    ['[2,5,"Heartbeat",{}]', 'message id is a number'],
    ['[2,"","Heartbeat",{}]', 'message id is empty'],
    [`[2,"${'x'.repeat(37)}","Heartbeat",{}]`, 'message id has 37 characters'],
  ])('[OCPP-B5] %s is taken and noted', (text, note) => {
    const { endpoint, deviations, requests } = bench();
    endpoint.receive(text);
    expect(deviations).toEqual([`odd-id: ${note}`]);
    expect(requests).toHaveLength(1);
  });
});

describe('errors', () => {
  test.each([
    ['[4,"us-1","NotSupported","no",{}]', 'NotSupported', 'no', {}],
    ['[4,"us-1","NotSupported",""]', 'NotSupported', '', {}],
    ['[4,"us-1","NotSupported",null,null]', 'NotSupported', '', {}],
    ['[4,"us-1","VendorTrouble","x",{"a":1}]', 'VendorTrouble', 'x', { a: 1 }],
    ['[4,"us-1","FormationViolation","",{}]', 'FormatViolation', '', {}],
    ['[4,"us-1","OccurenceConstraintViolation","",[]]', 'OccurrenceConstraintViolation', '', {}],
    ['[4,"us-1"]', 'GenericError', '', {}],
    ['[4,"us-1",null,7,"x"]', 'GenericError', '', {}],
    ['[4,"-1","RpcFrameworkError","",{}]', 'RpcFrameworkError', '', {}],
    ['[4,null,"FormationViolation","",{}]', 'FormatViolation', '', {}],
  ])('[OCPP-B6] %s ends our call as %s', (text, code, description, details) => {
    const { endpoint, call } = bench();
    const outcomes = call({ action: 'Reset' });
    endpoint.receive(text);
    expect(outcomes).toEqual([{ is: 'error', id: 'us-1', code, description, details }]);
  });

  test.each([
    ['1.6', 'FormatViolation', 'FormationViolation'],
    ['1.6', 'FormationViolation', 'FormationViolation'],
    ['1.6', 'OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
    ['1.6', 'RpcFrameworkError', 'FormationViolation'],
    ['2.0.1', 'FormationViolation', 'FormatViolation'],
    ['2.0.1', 'OccurenceConstraintViolation', 'OccurrenceConstraintViolation'],
    ['2.1', 'FormatViolation', 'FormatViolation'],
    ['2.1', 'SecurityError', 'SecurityError'],
  ] as const)('[OCPP-B6] %s spells %s %s', (version, code, spelling) => {
    expect(spelled(code, version)).toBe(spelling);
    const { endpoint, requests, said } = bench({ version });
    endpoint.receive('[2,"1","Heartbeat",{}]');
    requests[0]?.fail(code, 'why', { at: 'x' });
    expect(said()).toEqual([[4, '1', spelling, 'why', { at: 'x' }]]);
  });

  test.each([
    ['nonsense', '-1', 'RpcFrameworkError'],
    ['{"a":1}', '-1', 'RpcFrameworkError'],
    ['[]', '-1', 'RpcFrameworkError'],
    ['[2]', '-1', 'RpcFrameworkError'],
    ['[2,null,"Heartbeat",{}]', '-1', 'RpcFrameworkError'],
    ['[2,{"a":1},"Heartbeat",{}]', '-1', 'RpcFrameworkError'],
    ['[2,"7"]', '7', 'RpcFrameworkError'],
    ['[2,"7",42,{}]', '7', 'RpcFrameworkError'],
    ['[2,"7","Heartbeat","x"]', '7', 'FormatViolation'],
    ['[2,"7","Heartbeat",[1]]', '7', 'FormatViolation'],
  ])('[OCPP-B6] %s is answered with an error to %s', (text, id, code) => {
    for (const version of OCPP_VERSIONS) {
      const { endpoint, said, requests } = bench({ version });
      endpoint.receive(text);
      expect(requests).toEqual([]);
      expect(said()).toMatchObject([[4, id, spelled(code, version), expect.any(String), {}]]);
    }
  });
});

describe('message types', () => {
  test('[OCPP-B7] a SEND reaches the owner and is never answered', () => {
    const { endpoint, notices, sent } = bench({ version: '2.1' });
    endpoint.receive('[6,"1","NotifyPeriodicEventStream",{"id":1}]');
    expect(notices).toMatchObject([{ action: 'NotifyPeriodicEventStream', payload: { id: 1 } }]);
    expect(sent).toEqual([]);
  });

  test('[OCPP-B7] a SEND of ours goes at once, beside a call that is out', () => {
    const { endpoint, call, said } = bench({ version: '2.1' });
    call({ action: 'Reset' });
    expect(endpoint.notify('NotifyPeriodicEventStream', { id: 1 })).toBe(true);
    expect(said()[1]).toEqual([6, 'us-2', 'NotifyPeriodicEventStream', { id: 1 }]);
    expect(bench({ version: '2.0.1' }).endpoint.notify('X', {})).toBe(false);
  });

  test('[OCPP-B7] an answer that is of no use is told in 2.1, elsewhere it is not', () => {
    for (const version of OCPP_VERSIONS) {
      const { endpoint, said } = bench({ version });
      endpoint.refuseResult('us-1', 'FormationViolation', 'why');
      expect(said()).toEqual(version === '2.1' ? [[5, 'us-1', 'FormatViolation', 'why', {}]] : []);
    }
    const { endpoint, deviations, sent } = bench({ version: '2.1' });
    endpoint.receive('[5,"a","FormatViolation","no",{}]');
    expect(deviations).toEqual(['result-refused: "a" FormatViolation no']);
    expect(sent).toEqual([]);
  });

  test.each([
    ['1.6', '[5,"1","X","",{}]'],
    ['1.6', '[6,"1","NotifyPeriodicEventStream",{}]'],
    ['2.0.1', '[5,"1","X","",{}]'],
    ['2.0.1', '[6,"1","X",{}]'],
    ['2.1', '[7,"1","X",{}]'],
    ['2.1', '[-2,"1","X",{}]'],
    ['1.6', '[99]'],
  ] as const)('[OCPP-B7] %s does not know %s and overlooks it', (version, text) => {
    const { endpoint, sent, notices, requests, deviations } = bench({ version });
    endpoint.receive(text);
    expect([sent, notices, requests]).toEqual([[], [], []]);
    expect(deviations).toEqual([expect.stringMatching(/^unknown-type/)]);
  });
});

describe('payloads', () => {
  test.each(['[2,"1","Heartbeat",null]', '[2,"1","Heartbeat",[]]', '[2,"1","Heartbeat"]'])(
    '[OCPP-B8] %s has an empty payload',
    (text) => {
      const { endpoint, requests, deviations } = bench();
      endpoint.receive(text);
      expect(requests).toMatchObject([{ action: 'Heartbeat', payload: {} }]);
      expect(deviations).toEqual([expect.stringMatching(/^odd-shape: payload is/)]);
    },
  );

  test.each(['[3,"us-1",null]', '[3,"us-1",[]]', '[3,"us-1"]', '[3,"us-1",{}]'])(
    '[OCPP-B8] %s is an empty answer',
    (text) => {
      const { endpoint, call } = bench();
      const outcomes = call({ action: 'ClearCache' });
      endpoint.receive(text);
      expect(outcomes).toEqual([{ is: 'result', id: 'us-1', payload: {} }]);
    },
  );

  test('[OCPP-B8] an empty payload of ours is {}', () => {
    const { endpoint, call, requests, sent } = bench();
    call({ action: 'ClearCache', payload: {} });
    endpoint.receive('[2,"1","StopTransaction",{}]');
    requests[0]?.answer({});
    expect(sent).toEqual(['[2,"us-1","ClearCache",{}]', '[3,"1",{}]']);
  });
});
