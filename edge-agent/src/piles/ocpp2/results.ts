import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import { commandAnswered, type Failed, observed, type Result, stay, step } from '../ocpp/steps.ts';
import { baseRefused, baseResult, liftResult, limitRefused, limitResult } from './limits.ts';
import { listFailed, listResult, listVersion } from './local-list.ts';
import { modelRefused, modelResult, variablesRead, variablesSet } from './model.ts';
import { operationFailed, operationResult } from './operate.ts';
import { queueResult } from './queues.ts';
import { startFailed, startResult, stopFailed, stopResult } from './remote.ts';
import type { Ocpp2State } from './state.ts';
import type { Ocpp2Step } from './step.ts';
import { triggerFailed, triggerResult } from './trigger.ts';

interface Ends {
  readonly result: (state: Ocpp2State, result: Result, view: DriverView) => Ocpp2Step;
  readonly failed: (state: Ocpp2State, failed: Failed, view: DriverView) => Ocpp2Step;
}

const ACCEPTED: readonly string[] = ['Accepted', 'AcceptedCanceled', 'Scheduled', ''];

const command = (name: 'reboot' | 'updateFirmware'): Ends => ({
  result: (state, { payload }) => {
    const accepted = ACCEPTED.includes(textAt(payload, 'status'));
    return step(state, commandAnswered(name, null, accepted, payload));
  },
  failed: (state, { why, code }) => step(state, commandAnswered(name, null, false, { why, code })),
});

const quiet: Ends['failed'] = (state) => stay(state);
const nothing: Ends = { result: (state) => stay(state), failed: quiet };

/** Where the answer to each kind of call of ours goes, by the first part of its tag. */
const ENDS: Readonly<Record<string, Ends>> = {
  availability: nothing,
  base: {
    result: baseResult,
    failed: (state, { tag, why }, view) =>
      why === 'lost' ? stay(state) : baseRefused(state, tag, view),
  },
  cache: nothing,
  'clear-profiles': nothing,
  drain: nothing,
  firmware: command('updateFirmware'),
  get: { result: variablesRead, failed: quiet },
  lift: {
    result: (state, { tag }) => liftResult(state, tag),
    failed: (state, { tag }) => liftResult(state, tag),
  },
  limit: {
    result: limitResult,
    failed: (state, { tag, why }, view) =>
      why === 'lost' ? stay(state) : limitRefused(state, tag, view),
  },
  'limit-stop': nothing,
  list: { result: listResult, failed: (state) => listFailed(state) },
  'list-version': { result: listVersion, failed: quiet },
  // A line that is lost is no answer: the next opening asks again.
  model: {
    result: modelResult,
    failed: (state, { why }) => (why === 'lost' ? stay(state) : modelRefused(state)),
  },
  op: { result: operationResult, failed: operationFailed },
  queue: { result: queueResult, failed: quiet },
  reboot: command('reboot'),
  set: { result: variablesSet, failed: quiet },
  start: { result: startResult, failed: startFailed },
  stop: { result: stopResult, failed: stopFailed },
  trigger: { result: triggerResult, failed: triggerFailed },
};

const endsOf = (tag: string): Ends | undefined => {
  const kind = tag.split(':')[0] ?? '';
  return Object.hasOwn(ENDS, kind) ? ENDS[kind] : undefined;
};

/** The answer to a call of ours; a late one counts as well ([OCPP-B3]). */
export const result = (state: Ocpp2State, message: Result, view: DriverView): Ocpp2Step =>
  endsOf(message.tag)?.result(state, message, view) ??
  step(state, observed('strayAnswer', { action: message.action, tag: message.tag }));

/** No answer, or an error. */
export const failed = (state: Ocpp2State, message: Failed, view: DriverView): Ocpp2Step =>
  endsOf(message.tag)?.failed(state, message, view) ?? stay(state);
