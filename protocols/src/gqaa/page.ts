import { frameSections } from '../kernel/doc.ts';
import { frames } from './frames.ts';
import { PROFILE_0 } from './profile-0.ts';
import { STOP_CODES, stopReasonOf } from './reasons.ts';

const HEAD = `# 广汽 \`${PROFILE_0.id}\` — unverified 未经验证

Written from the frame tables by \`npm run docs\`; do not edit.

**No document and no capture of this protocol is public.** This profile is an assumption, derived from
南瑞 NYC V1.5 with a sequence and a checksum added. Every number stands in \`profile-0.ts\`; the maker's
document, or a capture of a login, an idle hour and a charge, would replace it.

A frame is \`68 | length (2) | sequence (2) | version ${PROFILE_0.version.toString(16)} | encryption | type | cause (COT) | pile (8 BCD) |
gun | body | CRC-16/MODBUS (2, low byte first)\`. The length counts what comes after it, the checksum is
taken from the length to the body. Numbers are little-endian. An answer repeats sequence and type, with
cause 04 (done) or 10 and above (refused), and a reason. A pile speaks with cause 01, the platform with
03. Everything that a pile says is answered but its heartbeats; what is not answered is sent again
after ${PROFILE_0.resendMs.map((ms) => ms / 1_000).join(', ')} s.

A heartbeat goes each way every ${PROFILE_0.heartbeatSeconds} s; after ${PROFILE_0.silenceSeconds} s of silence the other side is gone. Times are
UTC: seconds (4) and milliseconds (2).

Encryption: 00 none, 01 AES-128-CBC, 02 SM4-CBC, over the body alone, PKCS#7, 16 random bytes (IV) before
the cipher text. The offsets below begin at the cause.

Reading is total: a code that the table does not name, a body that is longer than the table
(\`extra\`) and a type that is not in it are kept and re-encode to the same bytes.
`;

const stopRow = (code: number): string => {
  const reason = stopReasonOf(code);
  return `| ${code} | ${reason.class} | ${reason.zh} | ${reason.en} |`;
};

/** The reference page of the profile. */
export const gqaaPage = (): string =>
  [
    HEAD,
    frameSections(frames),
    '## Stop reasons of 0x51\n',
    '| code | class | 中文 | meaning |\n| --: | --- | --- | --- |',
    ...STOP_CODES.map(stopRow),
    '',
  ].join('\n');
