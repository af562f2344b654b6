import type { OcppVersion } from '../version.ts';

/** Error codes in the spelling of 2.x. */
export type RpcErrorCode =
  | 'FormatViolation'
  | 'GenericError'
  | 'InternalError'
  | 'NotImplemented'
  | 'NotSupported'
  | 'OccurrenceConstraintViolation'
  | 'PropertyConstraintViolation'
  | 'ProtocolError'
  | 'RpcFrameworkError'
  | 'SecurityError'
  | 'TypeConstraintViolation';

/** 1.6-J writes two of them otherwise, one with a mistake that its errata keep; one it has not. */
const IN_1_6: Readonly<Record<string, string>> = {
  FormatViolation: 'FormationViolation',
  OccurrenceConstraintViolation: 'OccurenceConstraintViolation',
  RpcFrameworkError: 'FormationViolation',
  MessageTypeNotSupported: 'ProtocolError',
};

const IN_2: Readonly<Record<string, string>> = {
  FormationViolation: 'FormatViolation',
  OccurenceConstraintViolation: 'OccurrenceConstraintViolation',
};

/** A code as the version spells it; unknown codes stay as they are. */
export const spelled = (code: string, version: OcppVersion): string =>
  (version === '1.6' ? IN_1_6 : IN_2)[code] ?? code;

/** A code of any version in the spelling of 2.x. */
export const neutralCode = (code: string): string => IN_2[code] ?? code;
