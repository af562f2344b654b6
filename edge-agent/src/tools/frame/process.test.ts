import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('../frame.ts', import.meta.url));

/** Runs the command as a user does; `input` is piped in. */
async function frame(args: readonly string[], input = ''): Promise<[code: number, out: string]> {
  const child = spawn(process.execPath, [command, ...args]);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return [code, out];
}

const HEARTBEAT = '680D0300000300624100001201010075FA';

test('frames as arguments, in a process of its own', async () => {
  const [code, out] = await frame(['ykc', HEARTBEAT]);
  expect(code).toBe(0);
  expect(out).toMatch(/^\{"ok":true,"type":"0x03".*\}\n$/);
});

test('frames piped in, one a line, a bad one among them', async () => {
  const lines = [...Array<string>(500).fill(HEARTBEAT), '68', HEARTBEAT].join('\n');
  const [code, out] = await frame(['ykc'], lines);
  const read = out.trimEnd().split('\n');
  expect(code).toBe(1);
  expect(read).toHaveLength(502);
  expect(read.filter((line) => line.startsWith('{"ok":false'))).toHaveLength(1);
});

test('wrong usage ends with code 2', async () => {
  expect(await frame(['--nonsense'])).toEqual([2, '']);
});
