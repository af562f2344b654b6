// Stands in for a part of the product in the tests of the bootstrap.
const [what, ...args] = process.argv.slice(2);

if (what === 'print') process.stdout.write(`${JSON.stringify(args)}\n`);
if (what === 'exit') process.exitCode = Number(args[0]);
if (what === 'die') process.kill(process.pid, 'SIGKILL');
if (what === 'wait') {
  const end = (signal: string): void => {
    process.stdout.write(`${signal}\n`);
    process.exit(7);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  setInterval(() => {}, 1_000);
  process.stdout.write('up\n');
}
