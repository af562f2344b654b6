import type { StopClass } from '@holdfast/shared/order/record';

/** Reasons of both generations; the place in the list is the code that an order keeps. Append only. */
const REASONS: readonly (readonly [reason: string, stopClass: StopClass])[] = [
  ['Local', 'normal'],
  ['Remote', 'normal'],
  ['EVDisconnected', 'normal'],
  ['DeAuthorized', 'normal'],
  ['UnlockCommand', 'normal'],
  ['EmergencyStop', 'aborted'],
  ['HardReset', 'aborted'],
  ['SoftReset', 'aborted'],
  ['PowerLoss', 'aborted'],
  ['Reboot', 'aborted'],
  ['Other', 'unknown'],
  ['EnergyLimitReached', 'normal'],
  ['GroundFault', 'aborted'],
  ['ImmediateReset', 'aborted'],
  ['LocalOutOfCredit', 'normal'],
  ['MasterPass', 'normal'],
  ['OvercurrentFault', 'aborted'],
  ['PowerQuality', 'aborted'],
  ['SOCLimitReached', 'normal'],
  ['StoppedByEV', 'normal'],
  ['TimeLimitReached', 'normal'],
  ['Timeout', 'start-failed'],
  ['ReqEnergyTransferRejected', 'aborted'],
  ['CostLimitReached', 'normal'],
  ['LimitSet', 'normal'],
];

/** A stop without a reason is one at the pile (1.6 §7.37, 2.0.1 ReasonEnumType). */
const LEFT_OUT = 'Local';
const UNNAMED = -1;

/** Code and class of a stop reason; one that no standard has is kept as unknown. */
export function stopOf(reason: string): {
  readonly stopCode: number;
  readonly stopClass: StopClass;
} {
  const name = (reason === '' ? LEFT_OUT : reason).toLowerCase();
  const at = REASONS.findIndex(([known]) => known.toLowerCase() === name);
  return { stopCode: at === -1 ? UNNAMED : at, stopClass: REASONS[at]?.[1] ?? 'unknown' };
}
