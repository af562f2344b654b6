import { type Json, showBody } from '../kernel/show.ts';
import type { JfyMessage, JfyUnknown } from './codec.ts';
import { frames } from './frames.ts';

/** A message for a technician and for other programs: names and numbers, nothing of our types. */
export interface JfyView {
  /** The command, decimal as the family writes it: `104`. */
  readonly type: string;
  readonly name: string;
  /** INFO and SEQ as they were sent. */
  readonly seq: string;
  readonly body: Readonly<Record<string, Json>>;
  readonly meaning: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

const NOT_READ: Readonly<Record<JfyUnknown['why'], string>> = {
  'unknown-command': 'this command is not in the profile 此命令不在配置中',
  'short-body': 'the body is shorter than its table 消息体短于规定',
  encrypted: 'the body is encrypted and is not read 消息体已加密，未解析',
};

/** The message in words. */
export function viewOf(message: JfyMessage): JfyView {
  const { name, seq, body } = message;
  if (name === 'unknown') {
    const { code, why } = message;
    const from = code % 2 === 0 ? '桩 pile' : '平台 hub';
    return { type: `${code}`, name, seq, body, meaning: { from }, notes: [NOT_READ[why]] };
  }
  const row = frames[name];
  return { type: `${row.code}`, name, seq, ...showBody(row.body, body) };
}
