import { familiesIn, NOT_KNOWN } from '@holdfast/protocols/family/detect';
import { FAMILIES, type Family } from '@holdfast/protocols/family/families';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { HEX, hexReader } from './hex-input.ts';
import type { FrameProtocol, Reading } from './protocol.ts';

/** So much of bytes that nobody knows is shown again. */
const BYTES_SHOWN = 64;

/** What the bytes may be of, the best first; of all of them, not frame by frame. */
function read(b: Uint8Array): readonly Reading[] {
  const verdicts = familiesIn(b);
  if (verdicts.length > 0) return verdicts.map((verdict) => ({ ok: true, ...verdict }));
  const hint = `${NOT_KNOWN.en} ${NOT_KNOWN.zh}`;
  const hex = hexOf(b, 0, Math.min(b.length, BYTES_SHOWN));
  return [{ ok: false, error: 'unknown-family', bytes: b.length, hex, hint }];
}

const proofOf = ({ check }: Family): string => check ?? 'no checksum 无校验';

const listOf = (): string =>
  FAMILIES.map(
    (family) => `${family.id.padEnd(10)} ${proofOf(family).padEnd(38)} ${family.zh} · ${family.en}`,
  ).join('\n');

function describe(id: string): string | undefined {
  const family = FAMILIES.find((one) => one.id === id);
  if (family === undefined) return undefined;
  const { zh, en, front } = family;
  const served =
    front === null
      ? 'no front of ours speaks it 本系统未实现'
      : `front 前端: "protocol": "${front}"`;
  return [`${id}  ${zh}`, en, `proof 校验: ${proofOf(family)}`, served].join('\n');
}

/** Tells the family of an unknown pile from bytes of its connection. */
export const familyFrames: FrameProtocol = {
  name: 'family',
  title: 'family of unknown bytes 未知报文属于哪个协议族',
  written: HEX.written,
  examples: ['family AAF51200100169000000000001E24000008C', 'family --list'],
  notes: [
    ...HEX.notes,
    'All bytes of a line are one stream: one line of output for each family that fits, the best first.',
    '一行的全部字节视为一个流：每个可能的协议族输出一行，最可能的在前。',
  ],
  aType: 'aaf5 or ykc',
  dialects: [{ id: 'any', text: 'every family that is known 全部已知协议族' }],
  open: () => ({
    ...hexReader({
      read,
      // Arguments that are frames of one family each stand alone; else they are one stream.
      isWhole: (b) => familiesIn(b).some(({ confidence }) => confidence === 'proven'),
    }),
    list: listOf,
    describe,
  }),
};
