import { FaultError } from '@holdfast/shared/errors/fault';
import { serve } from '../sqlite/serve.ts';

/** A thread that will not start. */
serve(() => {
  throw new FaultError('ledger-failed', 'the disk is gone');
});
