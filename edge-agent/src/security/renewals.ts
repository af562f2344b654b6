import { randomBytes } from 'node:crypto';
import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import { ulidOf } from '../api/ulid.ts';
import type { OperationCatalogue } from '../ports/site.ts';

const DEADLINE_MS = 60_000;

/** What makes a pile of each protocol ask for a new certificate (SignCertificate). */
const OPERATIONS: Readonly<Record<string, NonNullable<Command['operate']>>> = {
  'ocpp1.6': {
    operation: 'ExtendedTriggerMessage',
    parameters: { requestedMessage: 'SignChargePointCertificate' },
  },
  'ocpp2.0.1': {
    operation: 'TriggerMessage',
    parameters: { requestedMessage: 'SignChargingStationCertificate' },
  },
  'ocpp2.1': {
    operation: 'TriggerMessage',
    parameters: { requestedMessage: 'SignChargingStationCertificate' },
  },
};

export interface RenewalParts {
  readonly hubNowMs: () => number;
  readonly vendorOf: (pileNo: string) => string;
  /** `undefined`: it is not connected now. */
  readonly operationsOf: (pileNo: string) => OperationCatalogue | undefined;
  readonly handle: (command: Command, hubNowMs: number) => Promise<CommandAnswer>;
}

/**
 * [DOOR-11] Has a pile whose certificate ends soon ask for another, as a command like any other; one
 * that is not there is asked the next time that certificates are looked at.
 */
export async function askRenewal(parts: RenewalParts, pileNo: string): Promise<void> {
  const protocol = parts.operationsOf(pileNo)?.protocol;
  const operate = protocol === undefined ? undefined : OPERATIONS[protocol];
  if (operate === undefined) return;
  const nowMs = parts.hubNowMs();
  await parts.handle(
    {
      id: ulidOf(nowMs, randomBytes(16)),
      vendor: parts.vendorOf(pileNo),
      pileNo,
      connectorNo: 0,
      op: 'operate',
      deadlineMs: nowMs + DEADLINE_MS,
      operate,
    },
    nowMs,
  );
}
