import { frameSections } from '../kernel/doc.ts';
import { DIALECTS } from './dialects.ts';
import { frames } from './frames.ts';
import { FAULTS, stopReasonOf } from './reasons.ts';

const HEAD = `# 云快充 V1.5 – V1.7

Written from the frame tables by \`npm run docs\`; do not edit.

A frame is \`68 | length | sequence (2) | encryption | type | body | CRC-16/MODBUS (2)\`. The length
counts from the sequence to the body. Checksums come low byte first, from some piles high byte
first; both are taken, and a pile is answered in the order that it uses. A reply repeats the two
sequence bytes as they came. Numbers are little-endian; "at" is the offset in the body.

Reading is total: a code that the table does not name, a body that is longer than the table
(\`extra\`) and a type that is not in it are kept and re-encode to the same bytes.
`;

const FIRST_STOP = 0x40;
const LAST_STOP = 0x90;

function stopReasons(): string {
  const codes = Array.from({ length: LAST_STOP - FIRST_STOP + 1 }, (_, i) => FIRST_STOP + i);
  const rows = codes.map(stopRow).filter((row) => row !== undefined);
  return ['| code | class | 中文 | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function stopRow(code: number): string | undefined {
  const reason = stopReasonOf(code);
  if (reason.en === 'reserved') return undefined;
  return `| 0x${code.toString(16).toUpperCase()} | ${reason.class} | ${reason.zh} | ${reason.en} |`;
}

const faultRows = (): string =>
  FAULTS.map(({ id, zh, en }, i) => `| Bit${i + 1} | \`${id}\` | ${zh} | ${en} |`).join('\n');

const dialectRows = (): string =>
  DIALECTS.map(({ id, zh, en, faultBitBase, qrAckOk, frames: own }) => {
    const names = Object.keys(own).map((name) => `\`${name}\``);
    return `| \`${id}\` | ${zh} | ${en} | ${faultBitBase} | ${qrAckOk} | ${names.join(', ') || '–'} |`;
  }).join('\n');

/** The reference page of the protocol. */
export const ykcPage = (): string =>
  [
    HEAD,
    frameSections(frames),
    '## Stop reasons of 0x3B and 0x3D\n',
    stopReasons(),
    '\n## Fault bits of 0x13\n',
    '| document | id | 中文 | meaning |\n| --- | --- | --- | --- |',
    faultRows(),
    '\n## Dialects\n',
    '| id | 中文 | what | bit of Bit1 | 0xF1 success | own frames |\n| --- | --- | --- | --: | --: | --- |',
    dialectRows(),
    '',
    ...DIALECTS.filter(({ frames: own }) => Object.keys(own).length > 0).map(
      ({ zh, frames: own }) => `# ${zh}: own frames\n\n${frameSections(own)}`,
    ),
  ].join('\n');
