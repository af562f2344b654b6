import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import {
  andThen,
  commandAnswered,
  type Failed,
  observed,
  type Result,
  stay,
  step,
} from '../ocpp/steps.ts';
import { askComposite, compositeFailed, compositeResult } from './composite-check.ts';
import { configurationRead, configurationSet, configurationUnread } from './configuration.ts';
import { baseResult, liftResult, limitRefused, limitResult } from './limits.ts';
import { listFailed, listResult, listVersion } from './local-list.ts';
import { operationFailed, operationResult } from './operate.ts';
import { startFailed, startResult, stopFailed, stopResult } from './remote.ts';
import type { Ocpp16State } from './state.ts';
import type { OcppStep } from './step.ts';
import { triggerFailed, triggerResult } from './trigger.ts';

interface Ends {
  readonly result: (state: Ocpp16State, result: Result, view: DriverView) => OcppStep;
  readonly failed: (state: Ocpp16State, failed: Failed, view: DriverView) => OcppStep;
}

const command = (name: 'reboot' | 'updateFirmware'): Ends => ({
  result: (state, { payload }) => {
    const status = textAt(payload, 'status');
    const accepted = status === 'Accepted' || status === '';
    return step(state, commandAnswered(name, null, accepted, payload));
  },
  failed: (state, { why, code }) => step(state, commandAnswered(name, null, false, { why, code })),
});

const quiet: Ends['failed'] = (state) => stay(state);
const nothing: Ends = { result: (state) => stay(state), failed: quiet };

/** Where the answer to each kind of call of ours goes, by the first part of its tag. */
const ENDS: Readonly<Record<string, Ends>> = {
  availability: nothing,
  base: { result: baseResult, failed: quiet },
  cache: nothing,
  'clear-profiles': nothing,
  composite: { result: compositeResult, failed: compositeFailed },
  config: {
    result: configurationRead,
    failed: (state, { tag, why }) =>
      // A line that is lost is no answer: the next opening asks again.
      why === 'lost' ? stay(state) : configurationUnread(state, tag),
  },
  drain: nothing,
  firmware: command('updateFirmware'),
  lift: {
    result: (state, { tag }) => liftResult(state, tag),
    failed: (state, { tag }) => liftResult(state, tag),
  },
  limit: {
    result: (state, answer, view) =>
      andThen(limitResult(state, answer, view), (s) =>
        askComposite(s, Number(answer.tag.split(':')[1]), view),
      ),
    failed: (state, { tag, why }, view) =>
      why === 'lost' ? stay(state) : limitRefused(state, tag, view),
  },
  'limit-stop': nothing,
  list: { result: listResult, failed: (state) => listFailed(state) },
  'list-version': { result: listVersion, failed: quiet },
  op: { result: operationResult, failed: operationFailed },
  reboot: command('reboot'),
  set: {
    result: (state, { tag, payload }) =>
      configurationSet(state, tag.slice(tag.indexOf(':') + 1), textAt(payload, 'status')),
    failed: quiet,
  },
  start: { result: startResult, failed: startFailed },
  stop: { result: stopResult, failed: stopFailed },
  trigger: { result: triggerResult, failed: triggerFailed },
};

const endsOf = (tag: string): Ends | undefined => {
  const kind = tag.split(':')[0] ?? '';
  return Object.hasOwn(ENDS, kind) ? ENDS[kind] : undefined;
};

/** The answer to a call of ours; a late one counts as well ([OCPP-B3]). */
export const result = (state: Ocpp16State, message: Result, view: DriverView): OcppStep =>
  endsOf(message.tag)?.result(state, message, view) ??
  step(state, observed('strayAnswer', { action: message.action, tag: message.tag }));

/** No answer, or an error. */
export const failed = (state: Ocpp16State, message: Failed, view: DriverView): OcppStep =>
  endsOf(message.tag)?.failed(state, message, view) ?? stay(state);
