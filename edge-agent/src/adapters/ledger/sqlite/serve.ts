import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { trimHeap } from '../../heap.ts';
import { EMPTY_FILE, type FileStatus } from '../budget.ts';
import type { Answers, FaultText, FirstWord, Ops, Question } from '../thread-messages.ts';
import { faultOf } from './file.ts';
import type { Job, Outcome } from './group.ts';

/** Questions that share a transaction at most: more would make the first of them wait too long. */
const GROUP_MOST = 256;

/** A thread's room, once its file is open. */
export interface Room<T> {
  /** What the starter is told. */
  readonly ready: unknown;
  readonly ops: T;
  readonly runGroup: (jobs: readonly Job[]) => readonly Outcome[];
  readonly status: () => FileStatus;
  readonly close: () => void;
}

const faultText = (error: unknown): FaultText => {
  const { code, message } = faultOf(error);
  return { code, detail: message };
};

function answersOf(outcomes: readonly Outcome[], status: FileStatus): Answers {
  return {
    values: outcomes.map((outcome) => (outcome.ok ? outcome.value : undefined)),
    faults: outcomes.flatMap((outcome, i) =>
      outcome.ok ? [] : [[i, { code: outcome.fault.code, detail: outcome.fault.message }] as const],
    ),
    status,
  };
}

/** Looks the operation up; the asker is typed by the same table. */
function jobOf<T extends Ops<T>>(ops: T, [op, input]: Question): Job {
  const table: { readonly [name: string]: (input: never) => unknown } = ops;
  const run = table[op];
  return () => {
    if (run === undefined) throw new TypeError(`no operation ${op}`);
    return run(input as never);
  };
}

function answerFrom<T extends Ops<T>>(port: MessagePort, room: Room<T>): void {
  let waiting: Question[] = [];
  const take = (): void => {
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) {
      waiting.push(...(more.message as readonly Question[]));
    }
  };
  port.on('message', (questions: readonly Question[]) => {
    waiting.push(...questions);
    take();
    while (waiting.length > 0) {
      const group = waiting.slice(0, GROUP_MOST);
      waiting = waiting.slice(GROUP_MOST);
      const closing = group.some(([op]) => op === 'close');
      const outcomes = room.runGroup(group.map((question) => jobOf(room.ops, question)));
      port.postMessage(answersOf(outcomes, room.status()));
      if (closing) {
        room.close();
        port.close();
        return;
      }
      // Whatever came while the disk was busy shares the next transaction.
      take();
    }
  });
}

/** Opens the room of this thread and answers until it is closed. */
export function serve<T extends Ops<T>>(open: () => Room<T>): void {
  const port = parentPort;
  if (port === null) throw new TypeError('this file is the body of a thread');
  let word: FirstWord;
  try {
    const room = open();
    word = { ready: true, value: room.ready, status: room.status() };
    answerFrom(port, room);
  } catch (error) {
    word = { ready: false, fault: faultText(error) };
  }
  port.postMessage(word);
  if (word.ready) trimHeap();
  else port.close();
}

/** Runs questions one by one, each for itself: for threads that only read. */
export const runSingly = (jobs: readonly Job[]): readonly Outcome[] =>
  jobs.map((job) => {
    try {
      return { ok: true, value: job() };
    } catch (error) {
      return { ok: false, fault: faultOf(error) };
    }
  });

export const NO_STATUS = (): FileStatus => EMPTY_FILE;
