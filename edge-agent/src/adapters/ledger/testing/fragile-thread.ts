import { FaultError } from '@holdfast/shared/errors/fault';
import { NO_STATUS, runSingly, serve } from '../sqlite/serve.ts';

/** A thread that answers, fails and dies as it is told; for the test of the other end. */
export interface FragileWork {
  readonly echo: (n: number) => number;
  readonly fail: (detail: string) => never;
  readonly die: () => void;
  readonly close: () => void;
}

const ops: FragileWork = {
  echo: (n) => n,
  fail: (detail) => {
    throw new FaultError('ledger-full', detail);
  },
  die: () => {
    // Behind this answer and before the next question: it is the thread that fails, not a question.
    process.nextTick(() => {
      throw new RangeError('out of everything');
    });
  },
  close: () => undefined,
};

serve(() => ({ ready: 'up', ops, runGroup: runSingly, status: NO_STATUS, close: () => undefined }));
