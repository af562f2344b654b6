import { FAULTS } from './table.ts';

const HEAD = `# Errors

Every fault that a user can meet, at the edge and at the hub; written from \`table.ts\` by
\`npm run docs\`. APIs answer \`application/problem+json\` with the code; "again" says whether the same
request may succeed later.

| code | HTTP | again | 中文 | what to do |
| --- | --: | --- | --- | --- |
`;

/** The page beside the table of faults. */
export const errorsPage = (): string =>
  HEAD +
  Object.entries(FAULTS)
    .map(([code, { status, retry, zh, en }]) => {
      const again = retry ? 'yes' : 'no';
      return `| \`${code}\` | ${status} | ${again} | ${zh} | ${en} |\n`;
    })
    .join('');
