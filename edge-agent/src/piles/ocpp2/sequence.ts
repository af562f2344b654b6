/** Numbers of the messages of one charge that have come, as runs without a gap, in order. */
export type Sequence = readonly Run[];

interface Run {
  readonly from: number;
  readonly to: number;
}

/** More holes than this nobody asks for: the oldest runs are taken as one. */
const RUNS_MAX = 64;
const GAPS_MAX = 50;

/** With one more number; one that has come before changes nothing. */
export function withNumber(sequence: Sequence, no: number): Sequence {
  if (sequence.some(({ from, to }) => from <= no && no <= to)) return sequence;
  const before = sequence.filter(({ to }) => to < no - 1);
  const after = sequence.filter(({ from }) => from > no + 1);
  const touching = sequence.filter(({ from, to }) => to === no - 1 || from === no + 1);
  const from = Math.min(no, ...touching.map((run) => run.from));
  const to = Math.max(no, ...touching.map((run) => run.to));
  const runs = [...before, { from, to }, ...after];
  const [first, second, ...rest] = runs;
  if (runs.length <= RUNS_MAX || first === undefined || second === undefined) return runs;
  return [{ from: first.from, to: second.to }, ...rest];
}

/** [OCPP-C13] Numbers between the first and the last that came which have not come. */
export const gapsIn = (sequence: Sequence): readonly number[] =>
  sequence
    .slice(1)
    .flatMap(({ from }, n) => {
      const after = (sequence[n]?.to ?? from) + 1;
      return Array.from({ length: Math.min(from - after, GAPS_MAX) }, (_, i) => after + i);
    })
    .slice(0, GAPS_MAX);
