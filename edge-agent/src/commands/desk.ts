import { FaultError } from '@holdfast/shared/errors/fault';
import { answerWithoutSecrets, withoutSecrets } from '@holdfast/shared/sync/command-secrets';
import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { Clock, Timers } from '../ports/clock.ts';
import type { CommandState, Commit, Ledger } from '../ports/ledger.ts';
import type { Result } from '../site/commands.ts';
import { type SiteLog, silentLog } from '../site/log.ts';
import { type Serial, serial } from '../site/serial.ts';
import { afterRestart, type CommandFacts, refusalOf, verdictOf } from './decide.ts';

/** No command may wait longer for its pile. */
const LONGEST_MS = 10 * 60_000;
/** An answer that the ledger did not take is given to it again. */
const STORE_AGAIN_MS = 5_000;
/** Commands that the pages show. */
const SHOWN = 200;

/** What carries commands out; the site. */
export interface Executor {
  readonly execute: (command: Command, timeoutMs: number) => Promise<Result>;
  readonly orderAt: (pileNo: string, connectorNo: number) => string | undefined;
}

export interface DeskOptions {
  readonly ledger: Ledger;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Commands that may run or wait at the same time. */
  readonly most: number;
  readonly log?: SiteLog;
}

/** A command and where it stands, as the pages show it. */
export interface SeenCommand {
  readonly command: Command;
  readonly sentAtMs: number;
  readonly answer: CommandAnswer | null;
}

/** Where commands come in, from the hub and from the local API alike ([SYNC-7]). */
export interface CommandDesk {
  /**
   * Runs a command at most once and answers always. The answer is on disk, and with it the event in
   * the control lane, before this resolves. `hubNowMs`: the hub's time, which the deadline is of.
   */
  readonly handle: (command: Command, hubNowMs: number) => Promise<CommandAnswer>;
  /** Answers what an earlier life of the process left unfinished. */
  readonly recover: () => Promise<void>;
  readonly recent: () => readonly SeenCommand[];
  readonly seen: (id: string) => Promise<SeenCommand | undefined>;
  readonly onChanged: (listener: (command: SeenCommand) => void) => void;
  readonly running: () => number;
  /** Gives up storing what the ledger has refused. */
  readonly close: () => void;
}

const placeOf = ({ pileNo, connectorNo }: Command): string => `${pileNo}/${connectorNo}`;

/** The state of a command, and with its answer the event that tells the hub. */
function commitOf(command: Command, state: CommandState, answer: CommandAnswer | null): Commit {
  const stream = { vendor: command.vendor, lane: 'control' } as const;
  return {
    changes: [{ save: 'command', logged: { command: withoutSecrets(command), state, answer } }],
    events:
      answer === null
        ? []
        : [{ stream, event: { kind: 'CommandAnswered', answer }, atMs: answer.atMs }],
  };
}

/** The commands of one connector run one after the other; a place without any is forgotten. */
function queues() {
  const byPlace = new Map<string, { readonly tasks: Serial; waiting: number }>();
  return async function run<T>(place: string, task: () => Promise<T>): Promise<T> {
    const queue = byPlace.get(place) ?? { tasks: serial(), waiting: 0 };
    byPlace.set(place, queue);
    queue.waiting += 1;
    try {
      return await queue.tasks.run(task);
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) byPlace.delete(place);
    }
  };
}

/** The newest commands, for the pages. */
function gallery() {
  const shown = new Map<string, SeenCommand>();
  const listeners: ((command: SeenCommand) => void)[] = [];
  return {
    show(command: SeenCommand): void {
      shown.delete(command.command.id);
      shown.set(command.command.id, command);
      const oldest = shown.size > SHOWN ? shown.keys().next().value : undefined;
      if (oldest !== undefined) shown.delete(oldest);
      for (const listener of listeners) listener(command);
    },
    get: (id: string) => shown.get(id),
    all: (): readonly SeenCommand[] => [...shown.values()].reverse(),
    onChanged: (listener: (command: SeenCommand) => void) => void listeners.push(listener),
  };
}

/** Keeps answers: one that the ledger refuses is given to it again until it is taken. */
function answerKeeper({ ledger, timers, log = silentLog }: DeskOptions) {
  let closed = false;
  async function keep(command: Command, answer: CommandAnswer): Promise<CommandAnswer> {
    const { id, op, pileNo } = command;
    log.info({ command: id, op, pile: pileNo, ...answer }, 'command-answered');
    try {
      await ledger.commit(commitOf(command, 'answered', answer));
    } catch (error) {
      log.error({ command: id, err: error }, 'answer-not-stored');
      if (!closed) timers.after(STORE_AGAIN_MS, () => void keep(command, answer));
    }
    return answer;
  }
  return {
    keep,
    close(): void {
      closed = true;
    },
  };
}

/** From a command to its answer: decided, recorded, carried out, recorded ([SYNC-7]). */
function runner(options: DeskOptions, keep: ReturnType<typeof answerKeeper>['keep']) {
  const { ledger, executor, clock } = options;
  const inTurn = queues();

  function facts(command: Command, hubNowMs: number): CommandFacts {
    const orderNo = executor.orderAt(command.pileNo, command.connectorNo);
    return { hubNowMs, orderNo, atMs: clock.nowMs() };
  }

  async function perform(command: Command, hubNow: () => number): Promise<CommandAnswer> {
    const late = refusalOf(command, facts(command, hubNow()));
    if (late !== undefined) return await keep(command, late);
    // On disk before anything goes to the pile: after a crash nobody runs it again.
    await ledger.commit(commitOf(command, 'executing', null));
    const timeoutMs = Math.min(LONGEST_MS, Math.max(1, command.deadlineMs - hubNow()));
    const result = await executor.execute(command, timeoutMs);
    const answer = { id: command.id, ...result, atMs: clock.nowMs() };
    return await keep(command, answerWithoutSecrets(answer));
  }

  return async function run(
    command: Command,
    hubNow: () => number,
    onAccepted: () => void,
    isFull: boolean,
  ): Promise<CommandAnswer> {
    const { id } = command;
    const logged = await ledger.command(id);
    const verdict = verdictOf(command, logged, facts(command, hubNow()));
    if (verdict.do === 'repeat') return verdict.answer;
    if (verdict.do === 'answer') return await keep(command, verdict.answer);
    if (isFull) {
      const atMs = clock.nowMs();
      return await keep(command, { id, outcome: 'refused', reason: 'too-many-commands', atMs });
    }
    onAccepted();
    await ledger.commit(commitOf(command, 'received', null));
    return await inTurn(placeOf(command), () => perform(command, hubNow));
  };
}

export function commandDesk(options: DeskOptions): CommandDesk {
  const { ledger, clock, most, log = silentLog } = options;
  const inFlight = new Map<string, Promise<CommandAnswer>>();
  const shown = gallery();
  const answers = answerKeeper(options);
  const run = runner(options, answers.keep);

  async function handle(command: Command, hubNow: () => number): Promise<CommandAnswer> {
    const sentAtMs = clock.nowMs();
    const onAccepted = (): void => shown.show({ command, sentAtMs, answer: null });
    try {
      const answer = await run(command, hubNow, onAccepted, inFlight.size >= most);
      shown.show({ command, sentAtMs, answer });
      return answer;
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      // The ledger did not take it, so it was not carried out.
      log.error({ command: command.id, err: error }, 'command-not-stored');
      const { id } = command;
      return { id, outcome: 'refused', reason: 'ledger-full', atMs: clock.nowMs() };
    } finally {
      inFlight.delete(command.id);
    }
  }

  return {
    handle(command, hubNowMs) {
      const running = inFlight.get(command.id);
      if (running !== undefined) return running;
      const since = clock.monoMs();
      const answer = handle(command, () => hubNowMs + clock.monoMs() - since);
      inFlight.set(command.id, answer);
      return answer;
    },
    async recover() {
      for (const logged of await ledger.unfinishedCommands()) {
        await answers.keep(logged.command, afterRestart(logged, clock.nowMs()));
      }
    },
    recent: shown.all,
    async seen(id) {
      const recent = shown.get(id);
      if (recent !== undefined) return recent;
      const logged = await ledger.command(id);
      if (logged === undefined) return undefined;
      const { command, answer } = logged;
      return { command, answer, sentAtMs: answer?.atMs ?? command.deadlineMs };
    },
    onChanged: shown.onChanged,
    running: () => inFlight.size,
    close: answers.close,
  };
}
