/** Single keys at a terminal; nothing where there is none. Ctrl-C stays what it is. */
export function onKeys(actions: Readonly<Record<string, () => void>>): {
  readonly close: () => void;
} {
  const { stdin } = process;
  if (!stdin.isTTY) return { close: () => {} };
  const listen = (chunk: Buffer): void => {
    const key = chunk.toString();
    if (key === '\u0003') process.kill(process.pid, 'SIGINT');
    else actions[key]?.();
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', listen);
  return {
    close() {
      stdin.off('data', listen);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
