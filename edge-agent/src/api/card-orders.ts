import { CardPath, CardRequest, GroupPath, GroupRequest } from '@holdfast/shared/api/cards';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Command } from '@holdfast/shared/sync/commands';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Executor } from '../commands/desk.ts';
import type { Result } from '../site/commands.ts';
import type { CardApi } from './card-api.ts';

/** What one answer to the hub may hold. */
const CARDS_A_PAGE = 100;

const refused = (why: string): Result => ({
  outcome: 'refused',
  reason: 'unknown',
  answer: { why },
});

function readAs<T extends TSchema>(schema: T, value: unknown): Static<T> {
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  throw new FaultError('invalid-input', `${first?.instancePath ?? ''} ${first?.message ?? ''}`);
}

const named = (name: string | undefined): string => {
  if (name !== undefined && name !== '') return name;
  throw new FaultError('invalid-input', 'which card or group: cards.name');
};

async function answerOf(
  api: CardApi,
  { ask, name, value }: NonNullable<Command['cards']>,
): Promise<unknown> {
  const page = { limit: CARDS_A_PAGE, ...(name === undefined ? {} : { after: name }) };
  switch (ask) {
    case 'list':
      return api.cards(page);
    case 'groups':
      return api.groups(page);
    case 'enter':
      return await api.enter(readAs(CardPath, { token: name }).token, readAs(CardRequest, value));
    case 'enter-group':
      return await api.enterGroup(
        readAs(GroupPath, { group: name }).group,
        readAs(GroupRequest, value),
      );
    case 'remove':
      await api.remove(named(name));
      return null;
    case 'remove-group':
      await api.removeGroup(named(name));
      return null;
  }
}

/** [SITE-8] Carries commands out like `executor`; those about the site's cards are of no pile. */
export function cardOrders(executor: Executor, api: CardApi): Executor {
  return {
    orderAt: executor.orderAt,
    async execute(command, timeoutMs) {
      if (command.op !== 'cards') return await executor.execute(command, timeoutMs);
      if (command.cards === undefined) return refused('what is asked of the cards is missing');
      try {
        return { outcome: 'done', answer: await answerOf(api, command.cards) };
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        if (error.code === 'invalid-input' || error.code === 'not-found') {
          return refused(error.message);
        }
        return { outcome: 'refused', reason: 'ledger-full' };
      }
    },
  };
}
