import { isCode, isTest, type SourceFile } from './tree.ts';

const LINES_MAX = 400;
/** Tables, vectors and their tests may be longer: they are lists, not thoughts. */
const LIST_LINES_MAX = 1_000;
const LISTS = /frames[^/]*\.ts$|\/vectors\/|\.test\.tsx?$|texts\.\w+\.ts$|table\.ts$/;

const DRAWER = /(^|\/)(utils?|helpers?|common|misc)(\/|\.[tm]?[sj]sx?$|$)/;
const BAD_NAME = /\b(?:class|interface|type|function|const)\s+\w*(Manager|Helper|Util|Impl)\b/;

export function sizeFault({ path, text }: SourceFile): string | undefined {
  const lines = text.split('\n').length;
  const most = LISTS.test(path) ? LIST_LINES_MAX : LINES_MAX;
  return lines > most ? `${path}: ${lines} lines, at most ${most}: split it by subject` : undefined;
}

export function nameFault({ path, text }: SourceFile): string | undefined {
  if (DRAWER.test(path)) return `${path}: name it after what it holds`;
  const bad = BAD_NAME.exec(text);
  return bad === null ? undefined : `${path}: "${bad[0]}" says nothing; name what it does`;
}

interface Ban {
  readonly what: RegExp;
  readonly why: string;
  readonly where: (file: SourceFile) => boolean;
}

const everywhere = isCode;
const product = (file: SourceFile): boolean => isCode(file) && !isTest(file);
/** Split, so that this file does not find itself. */
const words = (...parts: readonly string[]): RegExp => new RegExp(parts.join(''));

const BANS: readonly Ban[] = [
  { what: words('\\bas ', 'any\\b'), why: 'type it', where: everywhere },
  { what: words('@ts-', '(ignore|nocheck)'), why: 'mend the type', where: everywhere },
  { what: words('\\.', 'only\\('), why: 'run every test', where: everywhere },
  {
    what: words('\\.', 'skip\\('),
    why: 'a test that cannot run is reported by the harness',
    where: everywhere,
  },
  {
    what: words('\\b(TO', 'DO|FIX', 'ME)\\b'),
    why: 'do it, or write it into the notes',
    where: everywhere,
  },
  { what: /throw new Error\(/, why: 'throw a fault with a code', where: product },
  {
    what: /^export default /m,
    why: 'named exports only',
    where: (file) =>
      isCode(file) &&
      !/(vite|vitest)\.config\.ts$|-reporter\.ts$|global-setup\.ts$/.test(file.path),
  },
  {
    what: /\bparseFloat\(|\bNumber\(|\.toFixed\(/,
    why: 'money is exact: bigint counts only',
    where: (file) =>
      product(file) && /^shared\/src\/money\//.test(file.path) && !/\/testing\//.test(file.path),
  },
  {
    what: /\bconsole\./,
    why: 'log through the logger, print through process.stdout',
    where: everywhere,
  },
  {
    what: words('/', '(work|farm)/', '|\\.', 'library/'),
    why: 'the project speaks of itself alone',
    where: () => true,
  },
];

/** Things that no file may hold, each with what to do instead. */
export function banFaults(file: SourceFile): readonly string[] {
  return BANS.filter(({ what, where }) => where(file) && what.test(file.text)).map(
    ({ what, why }) => `${file.path}: ${what.exec(file.text)?.[0]} — ${why}`,
  );
}
