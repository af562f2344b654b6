import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { FORMATS, payloadOf } from '@holdfast/shared/sync/wire';

/** Shorter texts gain less than they cost. */
const PLAIN_BYTES = 512;

const deflated = promisify(deflateRaw);
/** Many events together shrink to a seventh at the quickest level already (sync.md §3). */
const QUICK = { level: constants.Z_BEST_SPEED } as const;

/** Payload of a batch: deflated off this thread, or plain where it is short. Never rejects. */
export async function packBatch(text: string): Promise<Uint8Array> {
  const plain = Buffer.from(text, 'utf8');
  if (plain.length < PLAIN_BYTES) return payloadOf(FORMATS.json, plain);
  try {
    return payloadOf(FORMATS.deflated, await deflated(plain, QUICK));
  } catch {
    // Memory is short: the broker takes it plain as well.
    return payloadOf(FORMATS.json, plain);
  }
}
