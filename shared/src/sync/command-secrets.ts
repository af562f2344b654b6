import { redacted } from '../pile/redaction.ts';
import type { Command, CommandAnswer } from './commands.ts';

const clean = (value: unknown): unknown => JSON.parse(redacted(JSON.stringify(value ?? null)));

/** A command as it is written down: without the secrets that an operation gives a pile. */
export function withoutSecrets(command: Command): Command {
  const { operate } = command;
  if (operate === undefined) return command;
  return { ...command, operate: { ...operate, parameters: clean(operate.parameters) } };
}

/** An answer without the secrets that a pile should not have told. */
export const answerWithoutSecrets = (answer: CommandAnswer): CommandAnswer =>
  answer.answer === undefined ? answer : { ...answer, answer: clean(answer.answer) };
