/** Something that the person at the keyboard can mend; the text says how. */
export class Failure extends Error {
  /** @param {string} what what went wrong @param {string} todo what to do about it */
  constructor(what, todo) {
    super(`${what}\n→ ${todo}`);
    this.name = 'Failure';
  }
}

/** Progress goes to standard error: standard output belongs to the command. @param {string} text */
export const say = (text) => process.stderr.write(`holdfast: ${text}\n`);

/** What the disk refused, as a `Failure`; any other error stays what it is. @param {NodeJS.ErrnoException} error */
export function inWords(error) {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new Failure(`The disk is full: ${error.message}`, 'Free about 1 GB and start again.');
  }
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    return new Failure(
      `Not allowed: ${error.message}`,
      'Run it as the owner of the project folder, on a disk that can be written.',
    );
  }
  return error;
}
