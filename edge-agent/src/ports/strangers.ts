/** Where the bytes of strangers are written down. */
export interface StrangerShelf {
  /** A file for one connection; the oldest goes where there are too many. */
  readonly open: (address: string, atMs: number) => Promise<StrangerFile>;
}

export interface StrangerFile {
  /** Name within the folder. */
  readonly name: string;
  /** Adds a line; what does not fit any more is left out, and said so once. */
  readonly write: (atMs: number, what: string) => void;
  /** Resolves when everything is on disk. */
  readonly close: () => Promise<void>;
}
