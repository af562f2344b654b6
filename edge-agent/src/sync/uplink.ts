import type { Line } from '../ports/transport.ts';

/** Puts the text of a batch into its payload, format byte first. Never rejects. */
export type Pack = (text: string) => Promise<Uint8Array> | Uint8Array;

/** Batches on their way to the broker; PUBACK only makes room for the next ([SYNC-2]). */
export const MOST_PUBLISHES = 8;

export interface Uplink {
  readonly hasRoom: () => boolean;
  /** Sends in the order of the calls, however long the packing of one takes. */
  readonly send: (topic: string, text: string) => void;
}

/** The batches of one connection. */
export function uplink(line: Line, pack: Pack, onRoom: () => void): Uplink {
  let inFlight = 0;
  let tail: Promise<void> = Promise.resolve();
  return {
    hasRoom: () => inFlight < MOST_PUBLISHES,
    send(topic, text) {
      inFlight += 1;
      const packed = pack(text);
      tail = tail.then(async () => {
        const payload = await packed;
        void line.publish(topic, payload, 1).then(() => {
          inFlight -= 1;
          onRoom();
        });
      });
    },
  };
}
