import { createHash } from 'node:crypto';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Command } from '@holdfast/shared/sync/commands';
import { beforeEach, expect, test } from 'vitest';
import { configOf } from '../config.ts';
import type { PasswordHasher, SecurityChange } from '../ports/credentials.ts';
import type { Result } from '../site/commands.ts';
import { silentLog } from '../site/log.ts';
import { passwordBytes } from './basic-auth.ts';
import { Keyring } from './keyring.ts';
import { passwordOrderOf, passwordOrders } from './password-orders.ts';

const OLD = 'correct horse battery';
const KEY = '00112233445566778899aabbccddeeff01234567';
const DAY_MS = 86_400_000;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** As quick as a test needs it. */
const hasher: PasswordHasher = {
  hash: (password) => Promise.resolve(digest(password)),
  verify: (password, hash) => Promise.resolve(digest(password) === hash),
  mark: digest,
};

let nowMs: number;
let isFull: boolean;
let keyring: Keyring;
const told: string[] = [];
const sent: { readonly command: Command; readonly held: readonly string[] }[] = [];
let answer: Result;

beforeEach(async () => {
  nowMs = 0;
  isFull = false;
  told.length = 0;
  sent.length = 0;
  const config = configOf({ siteId: 's', name: 'S', dataFolder: '/tmp/none' }, '/tmp');
  keyring = new Keyring(
    {
      rules: config.security.rules,
      hasher,
      seal: { open: () => null, close: () => '', fingerprint: digest },
      randomBytes: (count) => new Uint8Array(count),
      nowMs: () => nowMs,
      save: async (_changes: readonly SecurityChange[]) => {
        if (isFull) throw new FaultError('ledger-full', 'no room');
      },
      onRefused: () => undefined,
    },
    [],
  );
  await keyring.learn('CP-1', Buffer.from(OLD));
});

/** Passwords that open the door now, without using up the newer one. */
const holding = (): readonly string[] => {
  const { passwordHash, next } = keyring.of('CP-1');
  return [OLD, KEY].filter((text) =>
    [passwordHash, next?.passwordHash].includes(digest(passwordBytes(text))),
  );
};
const comesWith = (password: string) => keyring.check('CP-1', passwordBytes(password));

const commandOf = (operation: string, parameters: unknown): Command => ({
  id: 'c1',
  vendor: 'ocpp',
  pileNo: 'CP-1',
  connectorNo: 0,
  op: 'operate',
  deadlineMs: 0,
  operate: { operation, parameters },
});
const setKey = (value: string, key = 'AuthorizationKey') =>
  commandOf('ChangeConfiguration', { key, value });
const setVariable = (attributeValue: string) => {
  const component = { name: 'SecurityCtrlr' };
  const variable = { name: 'BasicAuthPassword' };
  return commandOf('SetVariables', {
    setVariableData: [{ component, variable, attributeValue }],
  });
};

function run(command: Command): Promise<Result> {
  const orders = passwordOrders(
    {
      orderAt: () => undefined,
      async execute(given) {
        sent.push({ command: given, held: holding() });
        return answer;
      },
    },
    { keyring, log: silentLog, tellChanged: (pileNo) => void told.push(pileNo) },
  );
  return orders.execute(command, 1_000);
}

test('[OCPP-A12] a key holds from before it is sent, and alone once the pile has come with it', async () => {
  answer = { outcome: 'done', answer: { status: 'Accepted' } };
  expect(await run(setKey(KEY))).toBe(answer);
  expect(sent).toMatchObject([{ held: [OLD, KEY] }]);
  expect(holding()).toEqual([OLD, KEY]);
  expect(told).toEqual(['CP-1']);
  expect(await comesWith(OLD)).toBe('right');
  expect(await comesWith(KEY)).toBe('right');
  expect(await comesWith(OLD)).toBe('wrong');
});

test('[OCPP-A12] taken and never used, it alone holds when the time is over', async () => {
  answer = { outcome: 'done', answer: { status: 'RebootRequired' } };
  await run(setKey(KEY, 'authorizationkey'));
  nowMs = DAY_MS;
  expect(holding()).toEqual([KEY]);
});

test.each(['Rejected', 'NotSupported'])(
  '[OCPP-A12] %s: the present one goes on alone',
  async (status) => {
    answer = { outcome: 'refused', reason: 'pile-refused', answer: { status } };
    await run(setKey(KEY));
    expect(holding()).toEqual([OLD]);
    expect(told).toEqual([]);
  },
);

test('[OCPP-A12] unanswered: both hold, the pile decides, and silence means the present one', async () => {
  answer = { outcome: 'unknown', reason: 'no-answer' };
  await run(setKey(KEY));
  expect(holding()).toEqual([OLD, KEY]);
  nowMs = DAY_MS;
  expect(holding()).toEqual([OLD]);
  await run(setKey(KEY));
  expect(await comesWith(KEY)).toBe('right');
  nowMs = 2 * DAY_MS;
  expect(holding()).toEqual([KEY]);
});

test('[OCPP-A12] a variable of 2.x likewise, by its own status', async () => {
  const result = (attributeStatus: string): Result => ({
    outcome: 'done',
    answer: {
      setVariableResult: [
        {
          attributeStatus,
          component: { name: 'SecurityCtrlr' },
          variable: { name: 'BasicAuthPassword' },
        },
      ],
    },
  });
  answer = result('Rejected');
  await run(setVariable(KEY));
  expect(holding()).toEqual([OLD]);
  answer = result('Accepted');
  await run(setVariable(KEY));
  expect(holding()).toEqual([OLD, KEY]);
});

test('[OCPP-A12] what is no key goes to no pile, and what cannot be kept neither', async () => {
  answer = { outcome: 'done', answer: { status: 'Accepted' } };
  for (const command of [
    setKey('geheim'),
    setKey(`${KEY}00`),
    setKey(KEY.slice(1)),
    setVariable('short'),
  ]) {
    expect(await run(command)).toMatchObject({
      outcome: 'refused',
      answer: { why: expect.any(String) },
    });
  }
  isFull = true;
  expect(await run(setKey(KEY))).toEqual({ outcome: 'refused', reason: 'ledger-full' });
  expect(sent).toEqual([]);
  expect(holding()).toEqual([OLD]);
});

test('other operations are none of its business', async () => {
  answer = { outcome: 'done' };
  const others = [setKey('30', 'HeartbeatInterval'), commandOf('Reset', { type: 'Soft' })];
  for (const command of others) {
    expect(passwordOrderOf(command)).toBeUndefined();
    expect(await run(command)).toBe(answer);
  }
  expect(holding()).toEqual([OLD]);
});

test('[OCPP-A12] a pile without a password is not bound by one until it has taken it', async () => {
  answer = { outcome: 'refused', reason: 'pile-refused', answer: { status: 'Rejected' } };
  await run({ ...setKey(KEY), pileNo: 'CP-2' });
  expect(keyring.mayBring('CP-2')).toBe(false);
  answer = { outcome: 'done', answer: { status: 'Accepted' } };
  await run({ ...setKey(KEY), pileNo: 'CP-2' });
  expect(keyring.hasPassword('CP-2')).toBe(true);
});
