import { FaultError } from '@holdfast/shared/errors/fault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryLiveState } from '../adapters/memory/live-state.ts';
import { NOON_MS, PILE, pileChanged, SITE, VENDOR } from '../adapters/sql/testing/events.ts';
import { modelStream } from '../adapters/sql/testing/model-edge.ts';
import { OPEN_SESSION } from '../adapters/sql/testing/store-contract.ts';
import { temporaryStore } from '../adapters/sqlite/testing/temporary-store.ts';
import { recordingLog } from '../adapters/testing/silent-log.ts';
import type { Change } from '../ports/changes.ts';
import type { LiveState, SitePresence } from '../ports/live-state.ts';
import type { Store } from '../ports/store.ts';
import { type CommandDesk, commandDesk } from './command-desk.ts';

const REQUEST = { siteId: SITE, pileNo: PILE, connectorNo: 1, op: 'stop' } as const;
const PRESENT: SitePresence = {
  siteId: SITE,
  vendor: VENDOR,
  connected: true,
  sessionNo: 1,
  lastHeardMs: NOON_MS,
  hello: null,
  clockOffsetMs: 0,
};

let nowMs = NOON_MS;
let store: Store;
let live: LiveState;
let remove: () => Promise<void>;
let desk: CommandDesk;
let sent: { readonly to: object; readonly message: unknown }[] = [];
let changes: Change[] = [];
let brokerFault: FaultError | undefined;

beforeEach(async () => {
  nowMs = NOON_MS;
  sent = [];
  changes = [];
  brokerFault = undefined;
  live = memoryLiveState();
  ({ store, remove } = await temporaryStore());
  await store.saveSession(OPEN_SESSION);
  await store.applyBatch(SITE, modelStream('state').batch([pileChanged()]), NOON_MS);
  await live.setPresence(PRESENT);
  desk = commandDesk({
    store,
    live,
    broker: {
      publish: async (to, payload) => {
        if (brokerFault !== undefined) throw brokerFault;
        sent.push({ to, message: JSON.parse(new TextDecoder().decode(payload)) });
      },
    },
    clock: { nowMs: () => nowMs },
    log: recordingLog(),
    onChange: (changed) => changes.push(...changed),
  });
});
afterEach(async () => {
  desk.close();
  await remove();
});

const start = { ...REQUEST, op: 'start', account: 'a1', balanceYuan: '50' } as const;

describe('[SYNC-7] a command', () => {
  test('is kept, then sent with its deadline, and told to live pages', async () => {
    const stored = await desk.issueCommand({ ...start, orderNo: '7', timeoutSeconds: 60 });
    const command = {
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      vendor: VENDOR,
      pileNo: PILE,
      connectorNo: 1,
      op: 'start',
      deadlineMs: NOON_MS + 60_000,
      fence: { orderNo: '7' },
      start: { account: 'a1', balance: '50.00' },
    };
    expect(stored).toEqual({
      command,
      siteId: SITE,
      sentAtMs: NOON_MS,
      answer: null,
      presumed: false,
    });
    expect(sent).toEqual([
      {
        to: { vendor: VENDOR, siteId: SITE, topic: 'command' },
        message: { type: 'command', command, hubMs: NOON_MS },
      },
    ]);
    expect(await store.command(stored.command.id)).toEqual(stored);
    expect(changes).toEqual([{ entity: 'command', siteId: SITE, id: stored.command.id }]);
  });

  test.each<[string, Partial<SitePresence>]>([
    ['not connected', { connected: false }],
    ['connected but without a session', { sessionNo: 0 }],
    ['there with another vendor only', { vendor: 'jfy' }],
  ])('is refused at once and not kept when its site is %s', async (_what, presence) => {
    live = memoryLiveState();
    await live.setPresence({ ...PRESENT, ...presence });
    const options = { store, live, clock: { nowMs: () => nowMs }, log: recordingLog() };
    const broker = { publish: async () => expect.fail('nothing may be sent') };
    const away = commandDesk({ ...options, broker, onChange: () => {} });
    await expect(away.issueCommand(REQUEST)).rejects.toMatchObject({ code: 'site-offline' });
    expect(await store.commands(undefined, 9)).toEqual([]);
    away.close();
  });

  test('about the cards of a site goes by any lane that is there, and says what is asked', async () => {
    const cards = { ask: 'enter-group', name: 'family', value: { state: 'blocked' } } as const;
    const request = { siteId: SITE, pileNo: '', connectorNo: 0, op: 'cards' } as const;
    const { command } = await desk.issueCommand({ ...request, cards });
    expect(command).toMatchObject({ vendor: VENDOR, pileNo: '', op: 'cards', cards });
    expect(sent).toHaveLength(1);
    await expect(desk.issueCommand(request)).rejects.toMatchObject({ code: 'invalid-input' });
    const away = { ...request, cards, siteId: 'elsewhere' };
    await expect(desk.issueCommand(away)).rejects.toMatchObject({ code: 'site-offline' });
  });

  test('for a pile that its site never told of is refused', async () => {
    const strange = desk.issueCommand({ ...REQUEST, pileNo: 'other' });
    await expect(strange).rejects.toMatchObject({ code: 'not-found' });
    const elsewhere = desk.issueCommand({ ...REQUEST, siteId: 'other' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each([{ account: undefined }, { balanceYuan: undefined }, { balanceYuan: '1.234' }])(
    'to start without a payer or an exact balance is refused: %o',
    async (fault) => {
      const bad = Object.fromEntries(
        Object.entries({ ...start, ...fault }).filter(([, value]) => value !== undefined),
      ) as typeof start;
      await expect(desk.issueCommand(bad)).rejects.toMatchObject({ code: 'invalid-input' });
      expect(await store.commands(undefined, 9)).toEqual([]);
    },
  );

  test('with an id that was used gives the command as it stands and sends nothing', async () => {
    const id = '01K3V0AAAAAAAAAAAAAAAAAAAA';
    await desk.issueCommand({ ...REQUEST, id });
    await desk.answered(SITE, { id, outcome: 'done', atMs: NOON_MS });
    const again = await desk.issueCommand({ ...REQUEST, id });
    expect(again.answer).toMatchObject({ outcome: 'done' });
    expect(sent).toHaveLength(1);
  });

  test('that is asked for twice at the same moment is sent once', async () => {
    const id = '01K3V0AAAAAAAAAAAAAAAAAAAA';
    await Promise.all([1, 2, 3].map(() => desk.issueCommand({ ...REQUEST, id })));
    expect(sent).toHaveLength(1);
  });

  test('that the broker does not take is a fault, and its outcome unknown later', async () => {
    brokerFault = new FaultError('broker-unreachable', 'down');
    await expect(desk.issueCommand(REQUEST)).rejects.toMatchObject({ code: 'broker-unreachable' });
    nowMs += 36_000;
    await desk.sweep();
    expect(await store.commands(SITE, 9)).toMatchObject([{ answer: { outcome: 'unknown' } }]);
  });
});

describe('[SYNC-7] an answer', () => {
  test('is kept and told once; the second copy changes nothing', async () => {
    const { id } = (await desk.issueCommand(REQUEST)).command;
    changes = [];
    await desk.answered(SITE, { id, outcome: 'done', atMs: 1 });
    await desk.answered(SITE, { id, outcome: 'refused', atMs: 2 });
    await desk.answered('other', { id, outcome: 'refused', atMs: 2 });
    expect((await store.command(id))?.answer).toEqual({ id, outcome: 'done', atMs: 1 });
    expect(changes).toEqual([{ entity: 'command', siteId: SITE, id }]);
  });

  test('that does not come in time makes the outcome unknown; a late one is believed', async () => {
    const { id } = (await desk.issueCommand(REQUEST)).command;
    nowMs += 35_000;
    await desk.sweep();
    expect((await store.command(id))?.answer).toBeNull();
    nowMs += 1;
    changes = [];
    await desk.sweep();
    await desk.sweep();
    expect(await store.command(id)).toMatchObject({
      answer: { outcome: 'unknown' },
      presumed: true,
    });
    expect(changes).toEqual([{ entity: 'command', siteId: SITE, id }]);
    await desk.answered(SITE, { id, outcome: 'done', atMs: 3 });
    expect(await store.command(id)).toMatchObject({ answer: { outcome: 'done' }, presumed: false });
  });
});

test('[OCPP-A11] a password goes to the site and is not kept', async () => {
  const secret = '00112233445566778899aabbccddeeff01234567';
  const parameters = { key: 'AuthorizationKey', value: secret };
  const operate = { operation: 'ChangeConfiguration', parameters };
  const { command } = await desk.issueCommand({ ...REQUEST, op: 'operate', operate });
  expect(JSON.stringify(sent)).toContain(secret);
  const kept = JSON.stringify(await store.command(command.id));
  expect(kept).toContain('AuthorizationKey');
  expect(kept).not.toContain(secret);
});
