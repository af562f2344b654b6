import { frameSections } from '../kernel/doc.ts';
import { frames } from './frames.ts';
import { PROFILE_0 } from './profile-0.ts';
import { STOP_CODES, stopReasonOf } from './reasons.ts';

const HEAD = `# 晶福源 ${PROFILE_0.id}

Written from the frame tables by \`npm run docs\`; do not edit.

**Unverified 未经验证.** No document and no capture of this protocol is public. The frame and its
commands are those of the AAF5 family (盛弘 V5.2B, 绿能 V3.4), of which samples are public; whatever no
sample shows is an assumption. Every number stands in \`profile-0.ts\`, every layout in \`frames.ts\`; the
maker's document, or a capture of a sign-in, an hour of rest, a charge and a charge without a line,
would replace them. The driver, the orders and the pages stay as they are.

A frame is \`AA F5 | length (2) | INFO | SEQ | command (2) | body | sum (1)\`. The length is that of the
whole frame, the sum that of the bytes of command and body. The high bit of INFO says that the body
is encrypted. The platform's commands are odd, those of piles even; an answer repeats INFO and SEQ.
Commands are printed here in hex and named by their decimal number everywhere else. Numbers are
little-endian; "at" is the offset in the body.

Reading is total: a command that the table does not have, a body that is longer than the table
(\`extra\`) and values that mean nothing are kept and re-encode to the same bytes.
`;

const stopRows = (): string =>
  STOP_CODES.map(stopReasonOf)
    .map((reason) => `| ${reason.code} | ${reason.class} | ${reason.zh} | ${reason.en} |`)
    .join('\n');

/** The reference page of the protocol. */
export const jfyPage = (): string =>
  [
    HEAD,
    frameSections(frames),
    '## Stop reasons of 202 and 222\n',
    '| code | class | 中文 | meaning |\n| --: | --- | --- | --- |',
    stopRows(),
    '',
  ].join('\n');
