import { FAMILIES } from '@holdfast/protocols/family/families';
import { RELATIVES } from '@holdfast/protocols/family/vectors/relatives';
import { expect, test } from 'vitest';
import { EXIT, frameCommand } from './command.ts';

async function run(args: readonly string[], input: readonly string[] = []) {
  const out: string[] = [];
  const code = await frameCommand(['family', ...args], {
    lines: async function* () {
      yield* input;
    },
    print: (text) => void out.push(text),
    complain: (text) => void out.push(text),
  });
  return { code, out };
}

const readings = ({ out }: Awaited<ReturnType<typeof run>>) =>
  out.map((line): unknown => JSON.parse(line));

test.each(RELATIVES)('[FAM-1] $id from an argument and from standard input', async (sample) => {
  const { hex, family } = sample;
  const told = await run([hex]);
  expect(told.code).toBe(EXIT.ok);
  expect(readings(told)[0]).toMatchObject({ ok: true, family, frames: 1, samples: [hex] });
  expect(readings(await run([], [hex]))[0]).toMatchObject({ family });
});

test('a stream that is split at its spaces is one stream', async () => {
  const hex = 'AAF51200100169000000000001E24000008C';
  const halves = [hex.slice(0, 10), hex.slice(10)];
  expect(readings(await run(halves))).toEqual(readings(await run([hex])));
});

test('[FAM-5] bytes of nobody are said to be so', async () => {
  const { code, out } = await run(['0011223344']);
  expect(code).toBe(EXIT.badFrame);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({ ok: false, error: 'unknown-family', bytes: 5 });
  expect((await run(['zz'])).out[0]).toContain('bad-hex');
});

test('families are listed and described', async () => {
  const { out } = await run(['--list']);
  expect(out.join('\n').split('\n')).toHaveLength(FAMILIES.length);
  expect((await run(['--type', 'wanma'])).out.join('\n')).toContain('CRC-32');
  expect((await run(['--type', 'ykc'])).out.join('\n')).toContain('"protocol": "ykc"');
  expect((await run(['--type', 'smoke'])).code).toBe(EXIT.usage);
});
