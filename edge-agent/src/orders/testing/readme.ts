import { type Cell, cellOf, INPUT_CASES, ROWS, type Row } from './matrix.ts';

const HEAD = `# Orders

The life of an order as a pure machine: \`next(session, input, at, rules)\` gives the new session and what is to be done, or \`ignored\`. No socket, no disk, no clock. The rules and their ids stand in \`RULES.md\`; this page is generated from the machine itself (\`testing/readme.ts\`), and a test keeps it current.

| file | what |
|---|---|
| \`session.ts\` | what goes in and out: session, inputs, effects, time limits |
| \`machine.ts\` | a table of handlers for each state |
| \`begun.ts\` | charges that their pile began |
| \`transitions.ts\` | the moves that states have in common |
| \`deadlines.ts\` | what a session waits for, and until when |
| \`records.ts\` | what an uploaded record does: settle, duplicate, revision, orphan |
| \`estimate.ts\` | the estimate for a record that is missing |
| \`samples.ts\` | a bounded number of readings of a running charge |
| \`opening.ts\` | new orders, and sessions after a restart |
| \`trade-no.ts\` | order numbers |
| \`connector-state.ts\` | the state of a connector in a person's words |
`;

const nodeOf = (row: string): string => (row === 'none' ? '[*]' : row.replaceAll('-', '_'));

interface Edge {
  readonly from: Row;
  readonly to: string;
  readonly label: string;
}

function edges(): readonly Edge[] {
  return ROWS.flatMap((from) =>
    INPUT_CASES.map((input): Edge => ({ from, to: cellOf(from, input).to, label: input.label })),
  ).filter(({ from, to }) => to !== 'ignored' && to !== from);
}

/** Edges between the same two states share one arrow. */
function diagram(): string {
  const arrows = new Map<string, string[]>();
  for (const { from, to, label } of edges()) {
    const arrow = `  ${nodeOf(from)} --> ${nodeOf(to)}`;
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), label]);
  }
  const lines = [...arrows].map(([arrow, labels]) => `${arrow}: ${labels.join(' / ')}`);
  return ['```mermaid', 'stateDiagram-v2', ...lines, '```'].join('\n');
}

const textOf = (row: Row, { to, does }: Cell): string => {
  if (to === 'ignored') return '·';
  const move = to === row ? 'stays' : `**${to}**`;
  return does.length === 0 ? move : `${move}: ${does.join(', ')}`;
};

function table(): string {
  const lines = INPUT_CASES.map((input) => {
    const cells = ROWS.map((row) => textOf(row, cellOf(row, input)));
    return `| ${input.label} | ${cells.join(' | ')} |`;
  });
  const head = `| input | ${ROWS.join(' | ')} |`;
  return [head, `|---|${ROWS.map(() => '---|').join('')}`, ...lines].join('\n');
}

/** The page beside the machine: its diagram and every state × every input. */
export const ordersReadme = (): string =>
  `${HEAD}
## States

${diagram()}

## Every state × every input

\`·\` is ignored; a state in bold is the one after. Effects in their order: what is saved is one commit, and comes before anything is sent.

${table()}
`;
