/** What can be wrong with bytes, or with a value that is to become bytes. */
export type ProtocolErrorCode =
  | 'truncated'
  | 'bad-start'
  | 'bad-length'
  | 'bad-checksum'
  | 'bad-value';

/** Bytes that do not fit the protocol, or a value that does not fit its field. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;
  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
