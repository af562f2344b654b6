import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { LoggedCommand } from '../ports/ledger.ts';

/** What holds at the moment of the decision. */
export interface CommandFacts {
  /** The hub's time as the edge knows it, epoch milliseconds. */
  readonly hubNowMs: number;
  /** The order that has the connector now. */
  readonly orderNo: string | undefined;
  /** Edge clock, for the answer. */
  readonly atMs: number;
}

export type Verdict =
  | { readonly do: 'run' }
  /** Final without execution: to be stored. */
  | { readonly do: 'answer'; readonly answer: CommandAnswer }
  /** Answered before: the same again. */
  | { readonly do: 'repeat'; readonly answer: CommandAnswer };

/** Later than its deadline, or for another order than the connector's: not carried out ([SYNC-7]). */
export function refusalOf(command: Command, facts: CommandFacts): CommandAnswer | undefined {
  const { id } = command;
  const { hubNowMs, orderNo, atMs } = facts;
  if (hubNowMs > command.deadlineMs) return { id, outcome: 'expired', atMs };
  const fenced = command.fence?.orderNo;
  if (fenced === undefined || fenced === orderNo) return undefined;
  return { id, outcome: 'stale', ...(orderNo === undefined ? {} : { orderNo }), atMs };
}

/**
 * What a restart says of a command that it finds unfinished. One that was only received has not been
 * carried out; of one that was being carried out nobody knows.
 */
export const afterRestart = ({ command, state }: LoggedCommand, atMs: number): CommandAnswer => ({
  id: command.id,
  outcome: state === 'executing' ? 'unknown' : 'expired',
  reason: 'restarted',
  atMs,
});

/** What to do with a command that has come, given what the ledger knows of its id. */
export function verdictOf(
  command: Command,
  logged: LoggedCommand | undefined,
  facts: CommandFacts,
): Verdict {
  if (logged !== undefined) {
    return { do: 'repeat', answer: logged.answer ?? afterRestart(logged, facts.atMs) };
  }
  const answer = refusalOf(command, facts);
  return answer === undefined ? { do: 'run' } : { do: 'answer', answer };
}
