import { once } from 'node:events';
import { EXIT, frameCommand } from './frame/command.ts';
import { linesOf } from './frame/hex-input.ts';

// The reader of our output may go away early (`| head`): that is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.badFrame);
});

process.exitCode = await frameCommand(process.argv.slice(2), {
  lines: () => {
    if (process.stdin.isTTY)
      process.stderr.write('one frame a line, Ctrl-D ends 每行一帧，Ctrl-D 结束\n');
    return linesOf(process.stdin.setEncoding('utf8'));
  },
  print: async (text) => {
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
  },
  complain: (text) => process.stderr.write(`${text}\n`),
});
