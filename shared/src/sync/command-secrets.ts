import { redacted } from '../pile/redaction.ts';
import type { Command } from './commands.ts';

/** A command as it is written down: without the secrets that an operation gives a pile. */
export function withoutSecrets(command: Command): Command {
  const { operate } = command;
  if (operate === undefined) return command;
  const parameters: unknown = JSON.parse(redacted(JSON.stringify(operate.parameters ?? null)));
  return { ...command, operate: { ...operate, parameters } };
}
