import { spawn } from 'node:child_process';

/** What a run of `openssl s_client` has said. */
export interface SClientTalk {
  readonly out: Buffer;
  readonly text: string;
}

const LONGEST_MS = 15_000;

/**
 * Connects with `openssl s_client`, says `words` and listens until `done` finds what it waits for, or
 * the connection ends.
 */
export function sClient(
  program: string,
  args: readonly string[],
  words: string | Uint8Array,
  done: (talk: SClientTalk) => boolean,
): Promise<SClientTalk> {
  const child = spawn(program, ['s_client', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  let errors = '';
  const talk = (): SClientTalk => {
    const out = Buffer.concat(chunks);
    return { out, text: `${out.toString('latin1')}${errors}` };
  };
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new TypeError(`openssl said no more than: ${talk().text}`));
    }, LONGEST_MS);
    const look = (): void => {
      if (done(talk())) child.kill('SIGKILL');
    };
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      look();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
      look();
    });
    child.stdin.on('error', () => undefined);
    child.stdin.write(words);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(tooLong);
      resolve(talk());
    });
  });
}
