import { LANES } from '@holdfast/shared/sync/lanes';
import type { Ack, Batch, Refused, Welcome } from '@holdfast/shared/sync/messages';
import { FORMATS, payloadOf } from '@holdfast/shared/sync/wire';
import type { Broker, UplinkMessage } from '../../ports/broker.ts';

const utf8 = new TextEncoder();

export const jsonBytes = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));
export const batchBytes = (batch: Batch): Uint8Array => payloadOf(FORMATS.json, jsonBytes(batch));

/** A broker of which a test is both ends. */
export interface FakeBroker extends Broker {
  /** Messages of sites; each resolves when the hub has taken it, not when it is worked on. */
  readonly uplink: (message: UplinkMessage) => Promise<void>;
  readonly batch: (siteId: string, batch: Batch) => Promise<void>;
  readonly presence: (line: Line, said: unknown) => Promise<void>;
  readonly connection: (line: Line, connected: boolean) => void;
  /** What the hub has said, in its order. */
  readonly answers: (Ack | Welcome | Refused)[];
  readonly commands: unknown[];
  readonly cut: string[];
}

interface Line {
  readonly vendor: string;
  readonly siteId: string;
}

export function fakeBroker(): FakeBroker {
  const uplinks: ((message: UplinkMessage) => Promise<void>)[] = [];
  const presences: Parameters<Broker['onPresence']>[0][] = [];
  const answers: (Ack | Welcome | Refused)[] = [];
  const commands: unknown[] = [];
  const cut: string[] = [];
  const uplink = async (message: UplinkMessage): Promise<void> => {
    for (const handler of uplinks) await handler(message);
  };
  return {
    onUplink: (handler) => uplinks.push(handler),
    onPresence: (handler) => presences.push(handler),
    publish: async ({ topic }, payload) => {
      const said = JSON.parse(new TextDecoder().decode(payload));
      if (topic === 'answer') answers.push(said);
      else commands.push(said);
    },
    disconnect: ({ vendor, siteId }) => cut.push(`${vendor}:${siteId}`),
    close: async () => {},
    uplink,
    batch: (siteId, batch) =>
      uplink({
        vendor: batch.vendor,
        siteId,
        topic: 'uplink',
        laneNo: LANES[batch.lane],
        payload: batchBytes(batch),
      }),
    presence: (line, said) =>
      uplink({ ...line, topic: 'presence', laneNo: undefined, payload: jsonBytes(said) }),
    connection: (line, connected) => {
      for (const tell of presences) tell({ ...line, connected });
    },
    answers,
    commands,
    cut,
  };
}
