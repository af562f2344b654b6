/** Something that the person at the keyboard can mend; the text says how. */
export class Failure extends Error {
  /** @param {string} what what went wrong @param {string} todo what to do about it */
  constructor(what, todo) {
    super(`${what}\n→ ${todo}`);
    this.name = 'Failure';
  }
}

/** Progress goes to standard error: standard output belongs to the command. */
export const say = (text) => process.stderr.write(`holdfast: ${text}\n`);
