import { expect, test } from 'vitest';
import { EXIT, frameCommand } from './command.ts';
import { jfyFrames } from './jfy.ts';

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const code = await frameCommand(['jfy', ...args], {
    lines: async function* () {},
    print: (text) => void out.push(text),
    complain: (text) => void out.push(text),
  });
  return { code, out };
}

const STOP = 'AAF51900000605000000000001020000000104005500000062';

test('one JSON line a frame', async () => {
  const { code, out } = await run(STOP + STOP);
  expect(code).toBe(EXIT.ok);
  expect(out).toHaveLength(2);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({
    ok: true,
    type: '5',
    name: 'control',
    seq: '0006',
    body: { gunNo: 1, address: 2, values: '55000000' },
  });
});

test.each([
  ['bad-checksum', `${STOP.slice(0, -2)}FF`],
  ['truncated', STOP.slice(0, -2)],
  ['bad-start', '6800'],
  ['bad-length', 'AAF503000000000000'],
])('%s is said, and the good frame behind it is read', async (error, bad) => {
  const { code, out } = await run(`${bad}${STOP}`);
  expect(code).toBe(EXIT.badFrame);
  expect(out.map((line): unknown => JSON.parse(line))).toMatchObject([
    { ok: false },
    { ok: true, name: 'control' },
  ]);
  const alone = await run(bad);
  expect(JSON.parse(alone.out[0] ?? '')).toMatchObject({ ok: false, error });
});

test('commands are listed and described with those of relatives; the examples are right', async () => {
  expect((await run('--list')).out.join('\n')).toMatch(/^104 .* status +状态上报$/m);
  const { out } = await run('--type', '109');
  expect(out.join('\n')).toMatch(/109 otherStatus [\s\S]*109 startedAck/);
  expect((await run('--type', '7777')).code).toBe(EXIT.usage);
  const example = jfyFrames.examples[0]?.split(' ')[1] ?? '';
  expect((await run(example)).code).toBe(EXIT.ok);
});
