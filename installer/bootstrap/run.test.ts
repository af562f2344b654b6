import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { signatureOf } from './lock.mjs';
import { type ProjectCopy, projectCopy, type Started } from './testing/project-copy.ts';

const installs = (copy: ProjectCopy) => copy.calls().filter(({ command }) => command === 'ci');

const pidOf = ({ child }: Started): number => {
  expect(child.pid).toBeGreaterThan(0);
  return child.pid ?? 0;
};

/** The signature of a process that has ended. */
async function deadOwner(): Promise<string> {
  const gone = projectCopy().start(['exit', '0']);
  const signature = signatureOf(pidOf(gone)) ?? '';
  await gone.ended;
  return signature;
}

test('the first start installs, the next does not, and standard output is the program’s alone', async () => {
  const copy = projectCopy();
  const first = await copy.start(['print', 'a b', '--c']).ended;
  expect(first).toMatchObject({ code: 0, stdout: '["a b","--c"]\n' });
  expect(first.stderr).toContain('installing');
  const second = await copy.start(['print', 'again']).ended;
  expect(second).toEqual({ code: 0, stdout: '["again"]\n', stderr: '' });
  expect(installs(copy)).toHaveLength(1);
});

test('a changed lock file and a removed node_modules are installed anew', async () => {
  const copy = projectCopy();
  await copy.start(['print']).ended;
  writeFileSync(copy.file('package-lock.json'), '{ "lockfileVersion": 3 }');
  await copy.start(['print']).ended;
  expect(installs(copy)).toHaveLength(2);
  rmSync(copy.file('node_modules'), { recursive: true });
  await copy.start(['print']).ended;
  expect(installs(copy)).toHaveLength(3);
});

test('an install that was cut short is done again', async () => {
  const copy = projectCopy();
  const cut = copy.start(['print'], 'hang');
  const npmPid = await vi.waitFor(
    () => {
      expect(existsSync(copy.file('node_modules'))).toBe(true);
      return installs(copy)[0]?.pid ?? 0;
    },
    { timeout: 20_000 },
  );
  cut.child.kill('SIGKILL');
  process.kill(npmPid, 'SIGKILL');
  await cut.ended;
  expect(await copy.start(['print', 'x']).ended).toMatchObject({ code: 0, stdout: '["x"]\n' });
  expect(installs(copy)).toHaveLength(2);
});

test('an install that failed leaves no stamp, not even that of the one before', async () => {
  const copy = projectCopy();
  await copy.start(['print']).ended;
  const lock = readFileSync(copy.file('package-lock.json'));
  writeFileSync(copy.file('package-lock.json'), '{ "name": "other" }');
  expect((await copy.start(['print'], 'odd').ended).code).toBe(1);
  writeFileSync(copy.file('package-lock.json'), lock);
  expect((await copy.start(['print']).ended).code).toBe(0);
  expect(installs(copy)).toHaveLength(3);
});

test('two starts at once install once', async () => {
  const copy = projectCopy();
  const both = [copy.start(['print', '1']), copy.start(['print', '2'])];
  const ends = await Promise.all(both.map(({ ended }) => ended));
  expect(ends.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, '["1"]\n'],
    [0, '["2"]\n'],
  ]);
  expect(installs(copy)).toHaveLength(1);
});

test('the lock of a process that died is taken over, by one of many', async () => {
  const copy = projectCopy();
  mkdirSync(copy.file('.holdfast'));
  writeFileSync(copy.file('.holdfast/busy'), await deadOwner());
  const starts = Array.from({ length: 4 }, () => copy.start(['exit', '0']).ended);
  expect((await Promise.all(starts)).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(installs(copy)).toHaveLength(1);
  expect(existsSync(copy.file('.holdfast/busy'))).toBe(false);
});

test('a start waits for the lock of a process that lives', async () => {
  const copy = projectCopy();
  mkdirSync(copy.file('.holdfast'));
  writeFileSync(copy.file('.holdfast/busy'), signatureOf(process.pid) ?? '');
  const waiting = copy.start(['exit', '0']);
  await waiting.says('another start is installing');
  expect(installs(copy)).toEqual([]);
  process.kill(pidOf(waiting), 'SIGKILL');
  await waiting.ended;
});

test.runIf(process.platform === 'linux')(
  'a lock whose process number somebody else has by now is taken over',
  async () => {
    const copy = projectCopy();
    mkdirSync(copy.file('.holdfast'));
    writeFileSync(copy.file('.holdfast/busy'), `${process.pid} 1`);
    expect((await copy.start(['exit', '0']).ended).code).toBe(0);
  },
);

test('a start that is told to end takes its npm along', async () => {
  const copy = projectCopy();
  const start = copy.start(['print'], 'hang');
  const npmPid = await vi.waitFor(() => installs(copy)[0]?.pid ?? expect.unreachable(), {
    timeout: 20_000,
  });
  start.child.kill('SIGTERM');
  const { code, stderr } = await start.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Ended by SIGTERM');
  expect(signatureOf(npmPid)).toBeUndefined();
  expect(existsSync(copy.file('.holdfast/busy'))).toBe(false);
});

test.each([
  ['untrusted', 'is not trusted', 'NODE_EXTRA_CA_CERTS'],
  ['offline', 'registry cannot be reached', 'npm config set registry'],
  ['disk-full', 'the disk is full', 'Free about 1 GB'],
  ['lock-mismatch', 'do not fit', 'npm install'],
  ['not-allowed', 'not allowed to write', 'owner of the project folder'],
  ['odd', 'something nobody has thought of', 'Mend what npm says'],
])('npm %s: what went wrong and what to do about it', async (mode, what, todo) => {
  const { code, stdout, stderr } = await projectCopy().start(['print'], mode).ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(what);
  expect(stderr).toContain(`→ `);
  expect(stderr).toContain(todo);
});

test('exit codes come through, and 128 + its number for a signal', async () => {
  const copy = projectCopy();
  expect((await copy.start(['exit', '3']).ended).code).toBe(3);
  expect((await copy.start(['die']).ended).code).toBe(128 + 9);
});

test('SIGTERM goes through to the program, whose exit code counts', async () => {
  const waiting = projectCopy().start(['wait']);
  await waiting.says('up');
  waiting.child.kill('SIGTERM');
  expect(await waiting.ended).toMatchObject({ code: 7, stdout: 'up\nSIGTERM\n' });
});

test('an interrupt that comes to the bootstrap alone ends the program', async () => {
  const waiting = projectCopy().start(['wait']);
  await waiting.says('up');
  waiting.child.kill('SIGINT');
  expect(await waiting.ended).toMatchObject({ code: 7, stdout: 'up\nSIGTERM\n' });
});

test('a program whose shell was ended by npm is told to end', async () => {
  const waiting = projectCopy().startInShell(['wait']);
  await waiting.says('up');
  waiting.child.kill('SIGTERM');
  expect((await waiting.ended).stdout).toBe('up\nSIGTERM\n');
});

test('Ctrl-C reaches both; the bootstrap waits for the program', async () => {
  const waiting = projectCopy().start(['wait']);
  await waiting.says('up');
  process.kill(-pidOf(waiting), 'SIGINT');
  expect(await waiting.ended).toMatchObject({ code: 7, stdout: 'up\nSIGINT\n' });
});
