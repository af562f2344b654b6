import { FaultError } from '@holdfast/shared/errors/fault';
import { NO_STATUS, runSingly, serve } from '../sqlite/serve.ts';

/** A thread that answers, fails and dies as it is told; for the test of the other end. */
export interface FragileWork {
  readonly echo: (n: number) => number;
  readonly fail: (detail: string) => never;
  readonly die: () => void;
  readonly close: () => void;
}

let dying = false;

const ops: FragileWork = {
  echo: (n) => n,
  fail: (detail) => {
    throw new FaultError('ledger-full', detail);
  },
  die: () => {
    dying = true;
  },
  close: () => undefined,
};

/** Asked outside of any question, so that it is the thread that fails. */
const status = () => {
  if (dying) throw new RangeError('out of everything');
  return NO_STATUS();
};

serve(() => ({ ready: 'up', ops, runGroup: runSingly, status, close: () => undefined }));
