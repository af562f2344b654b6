import { encode, type JfyMessage } from '@holdfast/protocols/jfy/codec';
import { frames } from '@holdfast/protocols/jfy/frames';
import { anyMessage } from '@holdfast/protocols/testing/arbitrary';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UpName } from './step.ts';
import { BODIES, said, sentIn, Talk, TRADE } from './testing/talk.ts';

const balance = fen(5_000n);
const start = { connectorNo: 1, tradeNo: TRADE, cardNo: null, balance } as const;
const COMMANDS: readonly PileCommand[] = [
  { do: 'start', ...start },
  { do: 'startTogether', connectors: [start], cardNo: null, balance },
  { do: 'stop', connectorNo: 1 },
  { do: 'allowStart', request: '0', ...start },
  { do: 'refuseStart', connectorNo: 1, request: '0', refusal: 'reserved' },
  { do: 'recordStored', tradeNo: TRADE, request: '0' },
  { do: 'readNow', connectorNo: 1 },
  { do: 'setClock' },
  { do: 'setLimits', enabled: true, maxPowerPercent: 80 },
  { do: 'limitPower', connectorNo: null, maxW: 1.5, validSeconds: 0 },
  { do: 'operate', request: '0', operation: 'Call', parameters: null },
  { do: 'setBalance', connectorNo: 1, cardNo: null, balance },
  { do: 'addCards', cards: [] },
  { do: 'setLock', connectorNo: 1, up: true },
  { do: 'reboot', whenIdle: false },
];

const names = Object.keys(BODIES) as readonly UpName[];

test('[JFY-SEQ-1] whatever piles say, in whatever order, nothing throws and the rules hold', () => {
  const heard = fc.oneof(
    anyMessage(frames).map((message) => ({ raw: encode(message as JfyMessage) })),
    fc.constantFrom(...names).map((name) => ({ raw: encode(said(name)) })),
  );
  const anyInput = fc.oneof(
    { weight: 3, arbitrary: heard },
    { weight: 1, arbitrary: fc.constantFrom(...COMMANDS) },
    { weight: 1, arbitrary: fc.constantFrom('grace', 'welcome', 'heartbeat', 'clock', 'none') },
  );
  fc.assert(
    fc.property(fc.boolean(), fc.array(anyInput, { maxLength: 40 }), (adopted, inputs) => {
      const talk = new Talk();
      if (!adopted) talk.site.profiles.clear();
      talk.login();
      for (const input of inputs) {
        const effects =
          typeof input === 'string'
            ? talk.timer(input)
            : 'do' in input
              ? talk.told(input)
              : talk.take(input.raw);
        for (const message of sentIn(effects)) {
          expect(message.name).not.toBe('unknown');
          if (!adopted) expect(message.name).toBe('never');
          // Only the disk's word answers a record.
          const isReceipt = message.name === 'recordAck' || message.name === 'coarseRecordAck';
          if (isReceipt) expect(input).toMatchObject({ do: 'recordStored' });
        }
        expect(talk.state.uploads.length).toBeLessThanOrEqual(64);
        expect(talk.state.limiting.length).toBeLessThanOrEqual(16);
        expect(Object.keys(talk.state.guns).length).toBeLessThanOrEqual(32);
      }
    }),
    { numRuns: 400 },
  );
});
