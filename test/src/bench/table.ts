import type { BenchResult } from './result.ts';

const DIGITS = 3;

/** Three digits that count; groups of thousands. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const whole = Math.abs(value) >= 10 ** (DIGITS - 1) || Number.isInteger(value);
  return value.toLocaleString('en-US', {
    maximumFractionDigits: whole ? 0 : DIGITS - `${Math.trunc(Math.abs(value))}`.length,
  });
}

const verdictOf = ({ pass }: BenchResult): string =>
  pass === null ? '–' : pass ? 'pass' : 'MISSED';

const HEAD = ['figure', 'unit', 'measured', 'floor', 'ratio', 'target', ''] as const;
const LEFT = [0, 1, 5, 6];

const cellsOf = (result: BenchResult): readonly string[] => [
  result.name,
  result.unit,
  numberText(result.figure),
  result.floor === null ? '–' : numberText(result.floor),
  result.ratio === null ? '–' : result.ratio.toFixed(2),
  result.target,
  verdictOf(result),
];

/** One line of what else was counted. */
export const factsText = ({ facts = {} }: BenchResult): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${numberText(value)}`)
    .join(' · ');

/** The figures as a table of text. */
export function tableOf(results: readonly BenchResult[]): string {
  const rows = [HEAD, ...results.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return LEFT.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
