import { createServer } from 'node:http';

/* The least that a program with a port does before it is ready. */

const server = createServer((_, answer) => void answer.end());
server.listen({ host: '127.0.0.1', port: 0 }, () => process.stdout.write('HOLDFAST_READY {}\n'));
process.on('SIGTERM', () => process.exit());
