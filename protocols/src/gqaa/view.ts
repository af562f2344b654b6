import { type Json, showBody } from '../kernel/show.ts';
import { faultsOf } from '../ykc/reasons.ts';
import { type GqaaMessage, type GqaaUnknown, senderOf } from './codec.ts';
import { frames } from './frames.ts';

/** A message for a technician and for other programs: names and numbers, nothing of our types. */
export interface GqaaView {
  /** `0x11` */
  readonly type: string;
  readonly name: string;
  /** The two sequence bytes as they were sent. */
  readonly seq: string;
  readonly body: Readonly<Record<string, Json>>;
  readonly meaning: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** `0x3B` */
export const typeText = (code: number): string =>
  `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;

const NOT_READ: Readonly<Record<GqaaUnknown['why'], string>> = {
  'unknown-version': 'this version is not in the profile 版本不在此配置中',
  'unknown-type': 'this type is not in the profile 此帧类型不在配置中',
  'short-body': 'the body is shorter than its table 消息体短于规定',
  encrypted: 'the body is encrypted and is not read 消息体已加密，未解析',
  unreadable: 'the key does not open the body 密钥不符，无法解密',
  unsealed: 'plain, where this pile must encrypt 此桩应加密而未加密',
};

/** The message in words. */
export function viewOf(message: GqaaMessage): GqaaView {
  const { name, seq, body } = message;
  if (name === 'unknown') {
    const { code, encryption, version, why } = message;
    const from = senderOf(code, message.body.cot);
    return {
      type: typeText(code),
      name,
      seq,
      body: { version, encryption, ...message.body },
      meaning: from === undefined ? {} : { from: from === 'pile' ? '桩 pile' : '平台 hub' },
      notes: [NOT_READ[why]],
    };
  }
  const row = frames[name];
  const shown = showBody(row.body, body);
  const word = 'faultBits' in body ? body.faultBits : 0;
  const faults = faultsOf(word).map(({ id, zh }) => `${id} ${zh}`);
  const meaning =
    faults.length === 0 ? shown.meaning : { ...shown.meaning, faultBits: faults.join(', ') };
  return { type: typeText(row.code), name, seq, body: shown.body, meaning, notes: shown.notes };
}
