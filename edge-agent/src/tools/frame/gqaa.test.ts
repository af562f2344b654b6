import { encode } from '@holdfast/protocols/gqaa/codec';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import { expect, test } from 'vitest';
import { EXIT, frameCommand } from './command.ts';
import { gqaaFrames } from './gqaa.ts';

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const code = await frameCommand(['gqaa', ...args], {
    lines: async function* () {},
    print: (text) => void out.push(text),
    complain: (text) => void out.push(text),
  });
  return { code, out };
}

const HEARTBEAT = hexOf(
  encode({
    name: 'heartbeat',
    seq: '0100',
    body: { cot: 1, pileNo: '0099000100000001', gunNo: 0, time: utcTimeOf(1_795_320_000_005) },
  }),
);

test('one JSON line a frame', async () => {
  const { code, out } = await run(HEARTBEAT + HEARTBEAT);
  expect(code).toBe(EXIT.ok);
  expect(out).toHaveLength(2);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({
    ok: true,
    type: '0x03',
    name: 'heartbeat',
    seq: '0100',
    body: { pileNo: '0099000100000001', time: '2026-11-22T12:00:00.005+08:00' },
  });
});

test.each([
  ['bad-checksum', `${HEARTBEAT.slice(0, -2)}FF`],
  ['truncated', HEARTBEAT.slice(0, -2)],
  ['bad-start', 'AAF5'],
  ['bad-length', '680300000000000000000000000000000000000000'],
])('%s is said, and the good frame behind it is read', async (error, bad) => {
  const { code, out } = await run(`${bad}${HEARTBEAT}`);
  expect(code).toBe(EXIT.badFrame);
  expect(out.map((line): unknown => JSON.parse(line))).toMatchObject([
    error === 'bad-checksum' || error === 'truncated' ? { ok: false } : { ok: false, error },
    { ok: true, name: 'heartbeat' },
  ]);
  const alone = await run(bad);
  expect(JSON.parse(alone.out[0] ?? '')).toMatchObject({ ok: false, error });
});

test('types are listed and described with their answers; the examples are right', async () => {
  expect((await run('--list')).out.join('\n')).toMatch(/^0x01 .* login +登录$/m);
  const { out } = await run('--type', '0x51');
  expect(out.join('\n')).toMatch(/0x51 order [\s\S]*0x51 orderAck/);
  const example = gqaaFrames.examples[0]?.split(' ')[1] ?? '';
  expect((await run(example)).code).toBe(EXIT.ok);
});
