/** Currents of three lines, mA. */
export type LineCurrents = readonly [number, number, number];

/** What a connector drew by its own meter, and what the grid's meter saw about the same time. */
export interface CurrentPair {
  readonly atMs: number;
  readonly pile: LineCurrents;
  readonly grid: LineCurrents;
}

/** How steps of a connector's lines went with steps of the grid's. */
export interface PhaseEvidence {
  readonly last: CurrentPair | null;
  /** By line of the pile and line of the grid: their steps multiplied, A². */
  readonly together: readonly LineCurrents[];
  /** By line of the pile: its steps squared, A², and how many there were. */
  readonly squares: LineCurrents;
  readonly steps: LineCurrents;
}

const NONE: LineCurrents = [0, 0, 0];
export const NO_EVIDENCE: PhaseEvidence = {
  last: null,
  together: [NONE, NONE, NONE],
  squares: NONE,
  steps: NONE,
};

/** Smaller steps are lost among other loads. */
const STEP_MA = 3_000;
/** Between two pairs further apart the grid has changed for other reasons. */
const APART_MS = 20 * 60_000;
/** So many steps of a line must agree. */
const STEPS_LEAST = 4;
/** Share of a line's steps that its own line of the grid shows, and the most that another may. */
const OWN_SHARE = 0.6;
const OTHER_SHARE = 0.3;
const GRID_LETTERS = 'RST';
const UNKNOWN = '?';

const less = (a: LineCurrents, b: LineCurrents): LineCurrents => [
  (a[0] - b[0]) / 1_000,
  (a[1] - b[1]) / 1_000,
  (a[2] - b[2]) / 1_000,
];
const plus = (a: LineCurrents, b: LineCurrents): LineCurrents => [
  a[0] + b[0],
  a[1] + b[1],
  a[2] + b[2],
];
const times = (a: LineCurrents, by: number): LineCurrents => [a[0] * by, a[1] * by, a[2] * by];

/** [OCPP-E11] With another pair: what has changed since the one before it says how lines are wired. */
export function withPair(evidence: PhaseEvidence, pair: CurrentPair): PhaseEvidence {
  const { last } = evidence;
  if (last === null || pair.atMs <= last.atMs || pair.atMs - last.atMs > APART_MS) {
    return { ...evidence, last: pair };
  }
  const pile = less(pair.pile, last.pile);
  const grid = less(pair.grid, last.grid);
  const isStep = pile.map((step) => Math.abs(step) * 1_000 >= STEP_MA);
  if (!isStep.includes(true)) return { ...evidence, last: pair };
  const counted: LineCurrents = [isStep[0] ? 1 : 0, isStep[1] ? 1 : 0, isStep[2] ? 1 : 0];
  return {
    last: pair,
    together: evidence.together.map((row, line) => plus(row, times(grid, pile[line] ?? 0))),
    squares: plus(evidence.squares, [pile[0] ** 2, pile[1] ** 2, pile[2] ** 2]),
    steps: plus(evidence.steps, counted),
  };
}

/** The line of the grid that moves with a line of the pile while the others do not. */
function letterOf({ together, squares, steps }: PhaseEvidence, line: 0 | 1 | 2): string {
  const row = together[line] ?? NONE;
  if (steps[line] < STEPS_LEAST) return UNKNOWN;
  const shares = row.map((sum) => sum / squares[line]);
  const own = shares.findIndex((share) => share >= OWN_SHARE);
  const isAlone = shares.every((share, n) => n === own || Math.abs(share) <= OTHER_SHARE);
  return own >= 0 && isAlone ? GRID_LETTERS.charAt(own) : UNKNOWN;
}

/**
 * [OCPP-E11] How a connector is wired, as `ConnectorPhaseRotation` writes it, with `?` for what is not
 * known; empty: nothing is. Cars that draw the same on all lines tell nothing.
 */
export function rotationIn(evidence: PhaseEvidence): string {
  const letters = ([0, 1, 2] as const).map((line) => letterOf(evidence, line));
  const known = letters.filter((letter) => letter !== UNKNOWN);
  if (known.length === 0 || new Set(known).size < known.length) return '';
  if (known.length < 2) return letters.join('');
  const rest = [...GRID_LETTERS].find((letter) => !known.includes(letter)) ?? UNKNOWN;
  return letters.map((letter) => (letter === UNKNOWN ? rest : letter)).join('');
}
