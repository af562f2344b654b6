import { Worker } from 'node:worker_threads';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { FileStatus } from './budget.ts';
import type { Answers, FirstWord, Ops, Question } from './thread-messages.ts';

/** A thread of the ledger as the agent's own thread sees it. */
export interface LedgerThread<T extends Ops<T>> {
  /** Asks; answers come in order. Rejects with `FaultError`, also when the thread has died. */
  readonly ask: <K extends keyof T & string>(
    op: K,
    input: Parameters<T[K]>[0],
  ) => Promise<ReturnType<T[K]>>;
  readonly status: () => FileStatus;
  /** Lets the thread finish what was asked, and ends it. */
  readonly close: () => Promise<void>;
}

interface Asker {
  readonly resolve: (value: never) => void;
  readonly reject: (fault: FaultError) => void;
}

/** Questions that may wait: a disk that has stalled must not fill the memory. */
const WAITING_MOST = 50_000;

/** A group of commits is 1 to 2 MB of strings; a smaller young heap spends 6 µs a commit on copying them. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/** Those who wait for the answers of a thread, first come first served. */
function askersOf() {
  const askers: Asker[] = [];
  let head = 0;
  const next = (): Asker | undefined => {
    const first = askers[head];
    head += 1;
    if (head >= askers.length) {
      askers.length = 0;
      head = 0;
    }
    return first;
  };
  return {
    add: (asker: Asker): void => {
      askers.push(asker);
    },
    count: (): number => askers.length - head,
    answer: ({ values, faults }: Answers): void => {
      const failed = new Map(faults);
      for (const [i, value] of values.entries()) {
        const asker = next();
        const fault = failed.get(i);
        if (fault === undefined) asker?.resolve(value as never);
        else asker?.reject(new FaultError(fault.code, fault.detail));
      }
    },
    refuseAll: (fault: FaultError): void => {
      while (askers.length > 0) next()?.reject(fault);
    },
  };
}

/** Starts the body of a thread and waits for its first word. */
function begin(body: URL, workerData: unknown): Promise<{ worker: Worker; word: FirstWord }> {
  const worker = new Worker(body, { workerData, resourceLimits: RESOURCE_LIMITS });
  return new Promise((resolve, reject) => {
    const fail = (why: unknown): void =>
      reject(new FaultError('ledger-failed', `the ledger's thread died: ${why}`, why));
    worker.once('error', fail);
    worker.once('exit', fail);
    worker.once('message', (word: FirstWord) => {
      worker.off('error', fail);
      worker.off('exit', fail);
      resolve({ worker, word });
    });
  });
}

function threadOf<T extends Ops<T>>(worker: Worker, started: FileStatus): LedgerThread<T> {
  const askers = askersOf();
  let status = started;
  let batch: Question[] = [];
  let ended: FaultError | undefined;

  worker.on('message', (answers: Answers) => {
    status = answers.status;
    askers.answer(answers);
  });
  worker.on('error', (error) => {
    ended = new FaultError('ledger-failed', `the ledger's thread died: ${error}`, error);
    // Nothing can be written any more, so nothing new may begin.
    status = { used: 1, full: true };
  });
  const exit = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      ended ??= new FaultError('ledger-failed', 'the ledger is closed');
      askers.refuseAll(ended);
      resolve();
    });
  });

  /** Questions of one turn of the event loop travel in one message. */
  const put = (question: Question, asker: Asker): void => {
    if (batch.length === 0) {
      setImmediate(() => {
        worker.postMessage(batch);
        batch = [];
      });
    }
    batch.push(question);
    askers.add(asker);
  };
  const ask: LedgerThread<T>['ask'] = (op, input) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) reject(ended);
      else if (askers.count() < WAITING_MOST) put([op, input], { resolve, reject });
      else reject(new FaultError('ledger-failed', 'too much waits: the disk does not keep up'));
    });
  return {
    ask,
    status: () => status,
    close: async () => {
      if (ended !== undefined) return;
      put(['close', undefined], { resolve: () => undefined, reject: () => undefined });
      await exit;
    },
  };
}

/** Starts a thread; rejects with its `FaultError` when it will not start. */
export async function startThread<T extends Ops<T>, Ready = undefined>(
  body: URL,
  workerData: unknown,
): Promise<{ readonly thread: LedgerThread<T>; readonly ready: Ready }> {
  const { worker, word } = await begin(body, workerData);
  if (!word.ready) throw new FaultError(word.fault.code, word.fault.detail);
  // Asker and thread are typed by the same tables; only the channel between them is not.
  return { ready: word.value as Ready, thread: threadOf<T>(worker, word.status) };
}
