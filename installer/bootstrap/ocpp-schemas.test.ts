import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projectCopy } from './testing/project-copy.ts';

const CODE = 'protocols/dist/ocpp/schemas.js';

test('the OCPP schemas are taken out of their package once, without the words for people', async () => {
  const copy = projectCopy();
  expect((await copy.start(['print']).ended).stderr).toContain('OCPP schemas');
  const text = readFileSync(copy.file(CODE), 'utf8');
  expect(text).toContain(String.raw`"Heartbeat": "{\"type\":\"object\"}"`);
  const { mtimeMs } = statSync(copy.file(CODE));
  expect(await copy.start(['print']).ended).toMatchObject({ code: 0, stderr: '' });
  expect(statSync(copy.file(CODE)).mtimeMs).toBe(mtimeMs);
});

test('another release of the package, and output that is gone, are taken out anew', async () => {
  const copy = projectCopy();
  await copy.start(['print']).ended;
  writeFileSync(
    copy.file('node_modules/typed-ocpp/package.json'),
    '{ "type": "module", "version": "9.0.0" }',
  );
  expect((await copy.start(['print']).ended).stderr).toContain('OCPP schemas');
  rmSync(copy.file(CODE));
  expect((await copy.start(['print']).ended).stderr).toContain('OCPP schemas');
});

test('a package without schemas is told in words', async () => {
  const copy = projectCopy();
  await copy.start(['print']).ended;
  rmSync(copy.file(CODE));
  rmSync(copy.file('node_modules/typed-ocpp/dist/ocpp21'), { recursive: true });
  const { code, stderr } = await copy.start(['print']).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('npm ci');
});
