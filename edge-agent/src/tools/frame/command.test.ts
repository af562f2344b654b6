import { frames } from '@holdfast/protocols/ykc/frames';
import { describe, expect, test } from 'vitest';
import { EXIT, frameCommand, type Terminal } from './command.ts';
import { LINE_CHARS_MAX, linesOf } from './hex-input.ts';

const HEARTBEAT = '680D0300000300624100001201010075FA';
const HEARTBEAT_BE = '680D25D30003202312120000100100D1AC';
const REALTIME =
  '6840BBBD0013202312120000100000000010057136003201060039560002030201940EF4035400000000000000004E5510002000C057010000000000606C010000009373';
const ORDER =
  '68A20000003B20240302163317638451480873697280037131403715040198B72110020318A08C3A100203184CFD010000000000000000000000000098570100EC920300EC9203004C240300D4D00000000000000000000000000000000000000000000000000000000000007CD49073007C67947300EC920300EC9203004C240300FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF01A08C3A10020318410000000000000000A122';

interface Run {
  readonly code: number;
  readonly out: readonly string[];
  readonly complaints: readonly string[];
}

async function run(args: readonly string[], input: readonly string[] = []): Promise<Run> {
  const out: string[] = [];
  const complaints: string[] = [];
  const terminal: Terminal = {
    lines: async function* () {
      yield* input;
    },
    print: (text) => void out.push(text),
    complain: (text) => void complaints.push(text),
  };
  const code = await frameCommand(args, terminal);
  return { code, out, complaints };
}

const readings = async (...args: readonly string[]): Promise<unknown[]> =>
  (await run(['ykc', ...args])).out.map((line): unknown => JSON.parse(line));

describe('good frames', () => {
  test('one JSON line a frame, quantities as exact text', async () => {
    expect((await run(['ykc', REALTIME])).out).toEqual([
      '{"ok":true,"type":"0x13","name":"realtime","seq":"BBBD","crc":"BE","body":{' +
        '"tradeNo":"20231212000010000000001005713600","pileNo":"32010600395600","gunNo":"02",' +
        '"status":3,"gunHomed":2,"plugged":1,"voltage":"373.2","current":"101.2","cableTemp":"34",' +
        '"cableCode":"0000000000000000","soc":78,"batteryMaxTemp":"35","chargedMinutes":16,' +
        '"remainMinutes":32,"energy":"8.8000","lossEnergy":"0.0000","amount":"9.3280","faultBits":0},' +
        '"meaning":{"status":"charging 充电","gunHomed":"unsure 未知","plugged":"yes 是"}}',
    ]);
  });

  test('prices have five decimals, times their zone, a VIN of FF is hex', async () => {
    expect(await readings(ORDER)).toEqual([
      expect.objectContaining({
        ok: true,
        type: '0x3B',
        body: expect.objectContaining({
          startTime: '2024-03-02T16:33:47.000+08:00',
          peakPrice: '0.87960',
          peakEnergy: '23.4220',
          meterEnd: '193910.5660',
          totalAmount: '20.5900',
          vin: 'FF'.repeat(17),
          stopReason: 65,
        }),
      }),
    ]);
  });

  test.each([
    [['68', '0D', '0300', '00', '03', '00624100001201', '01', '00', '75FA']],
    [['0x68 0x0d 0x03 0x00 0x00 0x03 0x00 0x62 0x41 0x00 0x00 0x12 0x01 0x01 0x00 0x75 0xfa']],
    [['68:0d:03:00:00:03:00:62:41:00:00:12:01:01:00:75:fa']],
    [['68,0D,03,00,00,03-00-62-41-00-00-12-01-01-00', '75fa']],
    [[HEARTBEAT.toLowerCase()]],
  ])('%j is the heartbeat', async (args) => {
    expect(await readings(...args)).toEqual(await readings(HEARTBEAT));
  });

  test('frames that stick together are one line each, and each argument is its own', async () => {
    const both = [
      expect.objectContaining({ name: 'heartbeat', crc: 'LE' }),
      expect.objectContaining({ name: 'heartbeat', crc: 'BE' }),
    ];
    expect(await readings(HEARTBEAT + HEARTBEAT_BE)).toEqual(both);
    expect(await readings(HEARTBEAT, HEARTBEAT_BE)).toEqual(both);
  });

  test('standard input is read a line at a time; blank lines and remarks are skipped', async () => {
    const { code, out } = await run(['ykc'], ['# two frames', '', HEARTBEAT, ' ', HEARTBEAT_BE]);
    expect(code).toBe(EXIT.ok);
    expect(out).toHaveLength(2);
  });

  test('an unknown type is good, and its body raw', async () => {
    // The heartbeat with type 77.
    expect(await readings('680D030000770062410000120101003604')).toEqual([
      expect.objectContaining({
        ok: true,
        type: '0x77',
        name: 'unknown',
        body: { raw: '006241000012010100' },
      }),
    ]);
  });

  test('what follows the table stands under extra', async () => {
    const [reading] = await readings('680F030000922023121200001000000001372B');
    expect(reading).toMatchObject({ ok: true, name: 'reboot', body: { mode: 0, extra: '000001' } });
  });
});

describe('bad frames', () => {
  const refusals: readonly (readonly [string, string, object])[] = [
    [
      'bad-checksum',
      '680D0300000300624100001201010075FB',
      { expected: '75FA', found: '75FB', type: '0x03', name: 'heartbeat' },
    ],
    ['truncated', '680D0300000300624100001201010075', { expected: 17, found: 16 }],
    ['truncated', '68', {}],
    ['bad-length', '680925D300042023121200001001001D0B', { expected: 13, found: 9 }],
    ['bad-length', '6803000000000000', { expected: 4, found: 3 }],
    [
      'bad-length',
      '680E01000001320102000000010002108310',
      { expected: '30 bytes', found: '10 bytes', name: 'login', seq: '0100' },
    ],
    ['bad-start', '0D0A', { expected: '68', found: '0D', hex: '0D0A' }],
    ['bad-hex', '680', {}],
    ['bad-hex', 'heartbeat', {}],
    ['too-long', '0'.repeat(LINE_CHARS_MAX + 1), {}],
  ];

  test.each(refusals)('%s: %.40s', async (error, text, facts) => {
    const { code, out } = await run(['ykc', text]);
    expect(code).toBe(EXIT.badFrame);
    expect(out.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ ok: false, error, hint: expect.any(String), ...facts }),
    ]);
  });

  test('do not hide the good one that follows', async () => {
    const bad = '680D0300000300624100001201010075FB';
    const errors = async (text: string) =>
      (await readings(text)).map((reading) => (reading as { error?: string }).error ?? 'none');
    expect(await errors(bad + HEARTBEAT)).toEqual(['bad-checksum', 'none']);
    expect(await errors(bad + bad + HEARTBEAT)).toEqual(['bad-checksum', 'bad-checksum', 'none']);
    expect(await errors(`68FF0000${HEARTBEAT}`)).toEqual(['truncated', 'none']);
    expect(await errors(`0D0A4F4B${HEARTBEAT}0D0A`)).toEqual(['bad-start', 'none', 'bad-start']);
    expect(await errors(`68020000${HEARTBEAT}`)).toEqual(['bad-length', 'none']);
  });

  test('stand alone as arguments beside good ones', async () => {
    const { code, out } = await run(['ykc', 'zz', HEARTBEAT, '68']);
    expect(code).toBe(EXIT.badFrame);
    expect(out.map((line) => line.slice(0, 12))).toEqual([
      '{"ok":false,',
      '{"ok":true,"',
      '{"ok":false,',
    ]);
  });
});

describe('help', () => {
  test('--list names every type', async () => {
    const { code, out } = await run(['ykc', '--list']);
    const rows = out.join('\n').split('\n');
    expect(code).toBe(EXIT.ok);
    expect(rows).toHaveLength(Object.keys(frames).length);
    expect(rows[0]).toMatch(/^0x01 .* login +充电桩登录认证$/);
  });

  test.each(['0x13', '13', 'realtime', '0X13'])('--type %s lists the fields', async (type) => {
    const { code, out } = await run(['ykc', '--type', type]);
    expect(code).toBe(EXIT.ok);
    expect(out.join('\n')).toMatch(/0x13 realtime .*\n[\s\S]* 27 +2 +voltage +输出电压 .* V$/m);
  });

  test('--type of nothing is wrong usage', async () => {
    const { code, complaints } = await run(['ykc', '--type', '0x99']);
    expect(code).toBe(EXIT.usage);
    expect(complaints.join()).toContain('no frame type 0x99');
  });

  test('--dialect reads the frames of the dialect', async () => {
    // 0x52 for one gun: 20.0 kW, priority 1, an hour.
    const frame = '68110008005232010200000001' + '01C800013C00';
    const [asPublished] = await readings(`${frame}24EC`);
    const { out } = await run(['ykc', '--dialect', 'ylc-1.8', `${frame}24EC`]);
    expect(asPublished).toMatchObject({ name: 'workParamSet', body: { extra: '00013C00' } });
    expect(JSON.parse(out.join(''))).toMatchObject({
      name: 'gunPowerSet',
      body: { gunNo: '01', maxPower: '20.0', priority: 1, minutes: 60 },
    });
  });

  test('--pretty indents', async () => {
    const { out } = await run(['ykc', '--pretty', HEARTBEAT]);
    expect(out.join('')).toContain('\n  "name": "heartbeat"');
  });

  test.each([[['--help']], [['ykc', '--help']]])('%j is answered with code 0', async (args) => {
    const { code, out } = await run(args);
    expect(code).toBe(EXIT.ok);
    expect(out.join('\n')).toContain('Usage: frame');
  });

  test.each([[[]], [['modbus']], [['ykc', '--dialect', 'x']], [['ykc', '--colour']]])(
    '%j is wrong usage',
    async (args) => {
      const { code, complaints } = await run(args);
      expect(code).toBe(EXIT.usage);
      expect(complaints.join('')).not.toBe('');
    },
  );
});

describe('lines of a stream', () => {
  const all = async (chunks: readonly string[]): Promise<string[]> => {
    const lines: string[] = [];
    const stream = (async function* () {
      yield* chunks;
    })();
    for await (const line of linesOf(stream)) lines.push(line);
    return lines;
  };

  test('are whole however the stream is cut', async () => {
    expect(await all(['68', '0D\n6', '8\r\n', '\n', 'AA'])).toEqual(['680D', '68', '', 'AA']);
  });

  test('never grow beyond what is read of them', async () => {
    const chunk = '0'.repeat(70_000);
    const [line] = await all([chunk, chunk, chunk]);
    expect(line).toHaveLength(LINE_CHARS_MAX + 1);
  });
});
