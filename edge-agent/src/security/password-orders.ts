import { FaultError } from '@holdfast/shared/errors/fault';
import type { Command } from '@holdfast/shared/sync/commands';
import type { Executor } from '../commands/desk.ts';
import type { Result } from '../site/commands.ts';
import type { SiteLog } from '../site/log.ts';
import type { Keyring } from './keyring.ts';

/* A person gives a pile a new password by an operation of its protocol: the doors must know it before
 * the pile comes back with it ([OCPP-A12]). */

type Fields = Readonly<Record<string, unknown>>;

/** OCPP 1.6 security paper: 16 to 20 bytes, written as hex digits. */
const KEY_16 = /^(?:[0-9a-f]{2}){16,20}$/i;
/** OCPP 2.x: 16 to 40 characters that can be typed. */
const PASSWORD_2 = /^[\x20-\x7e]{16,40}$/;

/** A password that an operation sets, and whether it is one that the standard allows. */
interface PasswordOrder {
  readonly password: string;
  readonly fault: string | null;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isFields) : [];
const isNamed = (value: unknown, name: string): boolean =>
  textOf(value).toLowerCase() === name.toLowerCase();

/** Whether an item of SetVariables, or of its answer, is about the password of a pile. */
const isPassword = ({ component, variable }: Fields): boolean =>
  isFields(component) &&
  isFields(variable) &&
  isNamed(component['name'], 'SecurityCtrlr') &&
  isNamed(variable['name'], 'BasicAuthPassword');

/** The password that a command gives its pile; `undefined`: none. */
export function passwordOrderOf({ operate }: Pick<Command, 'operate'>): PasswordOrder | undefined {
  if (operate === undefined || !isFields(operate.parameters)) return undefined;
  const { operation, parameters } = operate;
  if (operation === 'ChangeConfiguration' && isNamed(parameters['key'], 'AuthorizationKey')) {
    const password = textOf(parameters['value']);
    return { password, fault: KEY_16.test(password) ? null : 'a key has 32 to 40 hex digits' };
  }
  if (operation !== 'SetVariables') return undefined;
  const item = listOf(parameters['setVariableData']).find(isPassword);
  if (item === undefined) return undefined;
  const password = textOf(item['attributeValue']);
  return {
    password,
    fault: PASSWORD_2.test(password) ? null : 'a password has 16 to 40 characters',
  };
}

const TAKEN: readonly string[] = ['Accepted', 'RebootRequired'];

/** Whether the pile has taken the password; `null`: it did not say. */
function hasTaken(result: Result): boolean | null {
  if (result.outcome === 'unknown') return null;
  const answer = isFields(result.answer) ? result.answer : {};
  const [item] = listOf(answer['setVariableResult']).filter(isPassword);
  return TAKEN.includes(textOf(item === undefined ? answer['status'] : item['attributeStatus']));
}

export interface PasswordOrderParts {
  readonly keyring: Keyring;
  readonly log: SiteLog;
  /** The password of a pile is another one, or is about to be. */
  readonly tellChanged: (pileNo: string, what: string) => void;
}

/**
 * Carries commands out like `executor`; one that gives a pile a new password does so in two phases:
 * from before it is sent both hold, until the pile has come with the newer one or has refused it.
 */
export function passwordOrders(executor: Executor, parts: PasswordOrderParts): Executor {
  const { keyring, log, tellChanged } = parts;

  async function give(command: Command, password: string, timeoutMs: number): Promise<Result> {
    const { pileNo } = command;
    await keyring.offerPassword(pileNo, password);
    const result = await executor.execute(command, timeoutMs);
    const taken = hasTaken(result);
    if (taken === true) {
      await keyring.confirmPassword(pileNo);
      tellChanged(pileNo, 'password, by the pile’s own configuration');
    } else if (taken === false) {
      await keyring.withdrawPassword(pileNo);
    }
    return result;
  }

  return {
    orderAt: executor.orderAt,
    async execute(command, timeoutMs) {
      const order = passwordOrderOf(command);
      if (order === undefined) return await executor.execute(command, timeoutMs);
      if (order.fault !== null) {
        return { outcome: 'refused', reason: 'unknown', answer: { why: order.fault } };
      }
      try {
        return await give(command, order.password, timeoutMs);
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        log.error({ pile: command.pileNo, err: error }, 'credential-not-kept');
        return { outcome: 'refused', reason: 'ledger-full' };
      }
    },
  };
}
