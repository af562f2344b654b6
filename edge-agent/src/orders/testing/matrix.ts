import { ORDER_STATES, type OrderState } from '@holdfast/shared/order/order';
import { energyStep } from '@holdfast/shared/units';
import { next } from '../machine.ts';
import {
  type Moment,
  ORDER_RULES,
  type OrderEffect,
  type OrderInput,
  type Session,
} from '../session.ts';
import { beginOf, factsOf, momentAt, OPENING, RECORD, sessionIn, T0 } from './subjects.ts';

/** A day later every deadline has passed. */
const LATER = momentAt(86_400_000);

export interface InputCase {
  readonly label: string;
  readonly input: OrderInput;
  readonly at: Moment;
  /** What the session has gone through before. */
  readonly before?: Partial<Session>;
}

const charging = { on: 'reported-charging', energy: energyStep(50_000n) } as const;
const soon = momentAt(30_000);

/** Every input, with those variants that lead to different states. */
export const INPUT_CASES: readonly InputCase[] = [
  {
    label: 'start allowed (card, VIN)',
    input: { on: 'start-allowed', opening: OPENING, request: 'r1' },
    at: soon,
  },
  { label: 'start commanded', input: { on: 'start-commanded', opening: OPENING }, at: soon },
  { label: 'charge began', input: { on: 'charge-began', begin: beginOf() }, at: soon },
  {
    label: 'charge began, payer refused',
    input: { on: 'charge-began', begin: beginOf({ refusal: 'account-missing' }) },
    at: soon,
  },
  {
    label: 'charge began, told late',
    input: { on: 'charge-began', begin: beginOf({ refusal: 'account-missing', late: true }) },
    at: soon,
  },
  {
    label: 'readings told late',
    input: { on: 'read-late', readings: [{ atMs: T0, energy: energyStep(1n) }] },
    at: soon,
  },
  { label: 'start accepted', input: { on: 'start-accepted' }, at: soon },
  {
    label: 'start refused: not plugged',
    input: { on: 'start-refused', refusal: 'not-plugged' },
    at: soon,
  },
  {
    label: 'start refused',
    input: { on: 'start-refused', refusal: 'device-fault' },
    at: soon,
  },
  { label: 'reported charging', input: { ...charging, overspent: false }, at: soon },
  { label: 'reported charging, balance spent', input: { ...charging, overspent: true }, at: soon },
  { label: 'reported idle', input: { on: 'reported-idle', certain: false }, at: soon },
  {
    label: 'reported idle again',
    input: { on: 'reported-idle', certain: false },
    at: soon,
    before: { idleReports: 1, idleSinceMs: momentAt(20_000).wallMs },
  },
  {
    label: 'charges under another number',
    input: { on: 'reported-idle', certain: true },
    at: soon,
  },
  { label: 'stop commanded', input: { on: 'stop-commanded' }, at: soon },
  { label: 'stop accepted', input: { on: 'stop-answered', refusal: null }, at: soon },
  {
    label: 'stop refused: not charging',
    input: { on: 'stop-answered', refusal: 'not-charging' },
    at: soon,
  },
  { label: 'stop refused', input: { on: 'stop-answered', refusal: 'unknown' }, at: soon },
  { label: 'record', input: { on: 'record', facts: factsOf(RECORD) }, at: soon },
  {
    label: 'record, other content',
    input: { on: 'record', facts: factsOf({ ...RECORD, stopCode: 0x72 }) },
    at: soon,
  },
  { label: 'pile lost', input: { on: 'pile-lost' }, at: soon },
  { label: 'pile logged in', input: { on: 'pile-logged-in' }, at: soon },
  { label: 'time, pile connected', input: { on: 'time' }, at: LATER },
  {
    label: 'time, pile away',
    input: { on: 'time' },
    at: LATER,
    before: { onlineMono: null, lostMono: momentAt(0).monoMs },
  },
  { label: 'time, nothing due', input: { on: 'time' }, at: momentAt(1) },
];

export const ROWS = ['none', ...ORDER_STATES] as const;
export type Row = (typeof ROWS)[number];

export interface Cell {
  /** State afterwards; `ignored` when the input means nothing there. */
  readonly to: OrderState | 'ignored';
  /** What is done, in short: `save OrderOpened`, `send start`. */
  readonly does: readonly string[];
}

const wordsOf = (effect: OrderEffect): string => {
  switch (effect.do) {
    case 'save':
      return `save ${effect.event.kind}`;
    case 'keep-record':
      return 'keep record';
    case 'send':
      return `send ${effect.command.do}`;
    case 'tell':
      return `tell ${effect.news.news}`;
    case 'raise':
      return `raise ${effect.alarm}`;
  }
};

/** What the machine does with one input in one state. */
export function cellOf(row: Row, { input, at, before }: InputCase): Cell {
  const session = row === 'none' ? null : sessionIn(row, before);
  const step = next(session, input, at, ORDER_RULES);
  if (step === 'ignored') return { to: 'ignored', does: [] };
  return { to: step.session.order.state, does: step.effects.map(wordsOf) };
}
