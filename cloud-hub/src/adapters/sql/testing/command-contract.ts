import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Store, StoredCommand } from '../../../ports/store.ts';
import { NOON_MS, PILE, SITE, VENDOR } from './events.ts';
import { modelStream } from './model-edge.ts';
import { type MakeStore, OPEN_SESSION } from './store-contract.ts';

const ID = '01K3V0AAAAAAAAAAAAAAAAAAAA';

const stored = (id = ID, more: Partial<Command> = {}): StoredCommand => ({
  command: {
    id,
    vendor: VENDOR,
    pileNo: PILE,
    connectorNo: 1,
    op: 'start',
    deadlineMs: NOON_MS + 30_000,
    start: { account: 'a', balance: '50.00' },
    ...more,
  },
  siteId: SITE,
  sentAtMs: NOON_MS,
  answer: null,
  presumed: false,
});
const done: CommandAnswer = { id: ID, outcome: 'done', orderNo: '7', atMs: NOON_MS + 900 };
const refused: CommandAnswer = { id: ID, outcome: 'refused', reason: 'not-plugged', atMs: NOON_MS };

/** The part of the store's contract that is about commands. */
export function commandContract(name: string, make: MakeStore): void {
  describe(`${name} keeps commands`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await make();
      await store.saveSession(OPEN_SESSION);
    });

    test('[SYNC-7] a command is kept once, as it was first', async () => {
      expect(await store.saveCommand(stored())).toBe(true);
      expect(await store.saveCommand(stored(ID, { op: 'stop' }))).toBe(false);
      expect(await store.command(ID)).toEqual(stored());
      expect(await store.command('other')).toBeUndefined();
    });

    test('[SYNC-7] the first answer stays, by whichever way it came', async () => {
      await store.saveCommand(stored());
      expect(await store.answerCommand(SITE, done)).toBe('answered');
      expect(await store.answerCommand(SITE, refused)).toBe('known');
      await store.applyBatch(
        SITE,
        modelStream('control').batch([{ kind: 'CommandAnswered', answer: refused }]),
        NOON_MS,
      );
      expect((await store.command(ID))?.answer).toEqual(done);
    });

    test('[SYNC-7] the durable copy in the control lane answers, too', async () => {
      await store.saveCommand(stored());
      await store.applyBatch(
        SITE,
        modelStream('control').batch([{ kind: 'CommandAnswered', answer: refused }]),
        NOON_MS,
      );
      expect((await store.command(ID))?.answer).toEqual(refused);
    });

    test('a site cannot answer for another, nor a command that is not there', async () => {
      await store.saveCommand(stored());
      expect(await store.answerCommand('other', done)).toBe('no-command');
      expect(await store.answerCommand(SITE, { ...done, id: 'x' })).toBe('no-command');
      expect((await store.command(ID))?.answer).toBeNull();
    });

    test('[SYNC-7] without an answer in time the outcome is unknown, until the edge tells', async () => {
      await store.saveCommand(stored());
      expect(await store.expireCommands(NOON_MS + 30_000, 9)).toEqual([]);
      const over = await store.expireCommands(NOON_MS + 30_001, 9);
      const presumed = { outcome: 'unknown', reason: 'no-answer' };
      expect(over).toMatchObject([{ answer: presumed, presumed: true }]);
      expect(await store.command(ID)).toMatchObject({ answer: presumed, presumed: true });
      expect(await store.expireCommands(NOON_MS + 40_000, 9)).toEqual([]);
      expect(await store.answerCommand(SITE, done)).toBe('answered');
      expect(await store.command(ID)).toMatchObject({ answer: done, presumed: false });
      expect(await store.answerCommand(SITE, refused)).toBe('known');
    });

    test('listed newest first, by site', async () => {
      for (const n of [1, 2, 3]) await store.saveCommand(stored(`${ID.slice(0, -1)}${n}`));
      const ids = (await store.commands(SITE, 2)).map(({ command }) => command.id.slice(-1));
      expect(ids).toEqual(['3', '2']);
      expect(await store.commands('other', 9)).toEqual([]);
      expect(await store.commands(undefined, 9)).toHaveLength(3);
    });
  });
}
