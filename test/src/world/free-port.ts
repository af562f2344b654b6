import { randomInt } from 'node:crypto';
import net from 'node:net';

/**
 * Below the ports that operating systems hand out by themselves: whoever is killed and comes back must
 * not find a stranger's connection at its port.
 */
const FIRST = 10_240;
const LAST = 32_767;
const TRIES = 100;

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = net.createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

/** A TCP port that nobody listens on at this moment, by chance another one each time. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(port)) return port;
  }
  throw new RangeError(`no port from ${FIRST} to ${LAST} is free`);
}
