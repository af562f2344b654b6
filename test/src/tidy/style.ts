import { codeOf } from './code-text.ts';
import { isCode, isTest, type SourceFile } from './tree.ts';

const LINES_MAX = 400;
/** Tables, vectors and tests may be longer: they are lists, not thoughts. */
const LIST_LINES_MAX = 1_000;
const LISTS =
  /frames[^/]*\.ts$|\/vectors\/|\.test\.tsx?$|-contract\.ts$|texts\.\w+\.ts$|table\.ts$/;

const DRAWER = /(^|\/)(utils?|helpers?|common|misc)(\/|\.[tm]?[sj]sx?$|$)/;
const BAD_NAME = /\b(?:class|interface|type|function|const)\s+\w*(Manager|Helper|Util|Impl)\b/;

export function sizeFault({ path, text }: SourceFile): string | undefined {
  const lines = text.split('\n').length;
  const most = LISTS.test(path) ? LIST_LINES_MAX : LINES_MAX;
  return lines > most ? `${path}: ${lines} lines, at most ${most}: split it by subject` : undefined;
}

export function nameFault({ path, text }: SourceFile): string | undefined {
  if (DRAWER.test(path)) return `${path}: name it after what it holds`;
  const bad = BAD_NAME.exec(codeOf(text));
  return bad === null ? undefined : `${path}: "${bad[0]}" says nothing; name what it does`;
}

interface Ban {
  readonly what: RegExp;
  readonly why: string;
  readonly where: (file: SourceFile) => boolean;
  /** `code`: comments and strings may say it. */
  readonly in: 'code' | 'text';
}

const everywhere = isCode;
const product = (file: SourceFile): boolean => isCode(file) && !isTest(file);
const money = (file: SourceFile): boolean =>
  product(file) && /^shared\/src\/money\//.test(file.path);
/** Where time and chance come in from outside, so that a test can give them. */
const timeless = (file: SourceFile): boolean =>
  product(file) &&
  /^(?:shared\/src\/(?!ui\/)|protocols\/src\/|edge-agent\/src\/(?!adapters\/|tools\/)[^/]+\/)/.test(
    file.path,
  );
/** Split, so that this file does not find itself. */
const words = (...parts: readonly string[]): RegExp => new RegExp(parts.join(''), 'm');

const BANS: readonly Ban[] = [
  { what: /\bas any\b/, why: 'type it', where: everywhere, in: 'code' },
  { what: /\bas unknown as\b/, why: 'read it with a check', where: everywhere, in: 'code' },
  {
    what: words('@ts-', '(ignore|nocheck|expect-error)'),
    why: 'mend the type',
    where: product,
    in: 'text',
  },
  {
    what: /\b(test|it|describe|suite)(\.\w+)*\.only\(/,
    why: 'run every test',
    where: everywhere,
    in: 'code',
  },
  {
    what: /\b(test|it|describe|suite|context|ctx)(\.\w+)*\.(skip|todo)\(/,
    why: 'say what a test needs (test/src/harness/needs.ts): it is reported when it cannot run',
    where: everywhere,
    in: 'code',
  },
  {
    what: words('\\b(TO', 'DO|FIX', 'ME)\\b'),
    why: 'do it, or write it into the notes',
    where: everywhere,
    in: 'text',
  },
  { what: /throw new Error\(/, why: 'throw a fault with a code', where: product, in: 'code' },
  {
    what: /^export default /m,
    why: 'named exports only',
    where: (file) => isCode(file) && !/\.config\.ts$|global-setup\.ts$/.test(file.path),
    in: 'code',
  },
  {
    what: /\bparseFloat\(|\bNumber\([^)]*(energy|money|price|fen\b|yuan|kwh)/i,
    why: 'money and billed energy are exact: bigint counts only',
    where: product,
    in: 'code',
  },
  {
    what: /\bNumber\(|\.toFixed\(|\b\d+\.\d/,
    why: 'no float touches money: bigint counts, rounded in round.ts',
    where: money,
    in: 'code',
  },
  {
    what: /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bset(?:Timeout|Interval|Immediate)\(/,
    why: 'time and chance are handed in (ports/clock.ts)',
    where: timeless,
    in: 'code',
  },
  {
    what: /\bconsole\./,
    why: 'log through the logger, print through process.stdout',
    where: everywhere,
    in: 'code',
  },
  {
    what: words('/', '(work|farm)/', '|\\.', 'library/'),
    why: 'the project speaks of itself alone',
    where: () => true,
    in: 'text',
  },
];

/** Things that no file may hold, each with what to do instead. */
export function banFaults(file: SourceFile): readonly string[] {
  const code = codeOf(file.text);
  return BANS.flatMap(({ what, why, where, in: place }) => {
    const found = where(file) ? what.exec(place === 'code' ? code : file.text) : null;
    return found === null ? [] : [`${file.path}: ${found[0].trim()} — ${why}`];
  });
}
