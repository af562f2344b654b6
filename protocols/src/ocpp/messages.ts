import type { OCPP16, OCPP20, OCPP21 } from 'typed-ocpp';
import type { OcppVersion } from './version.ts';

interface Calls {
  readonly '1.6': OCPP16.Call;
  readonly '2.0.1': OCPP20.Call;
  readonly '2.1': OCPP21.Call;
}

/** Results by call. */
interface Results<V extends OcppVersion, C> {
  readonly '1.6': C extends OCPP16.Call ? OCPP16.CheckedCallResult<C> : never;
  readonly '2.0.1': C extends OCPP20.Call ? OCPP20.CheckedCallResult<C> : never;
  readonly '2.1': C extends OCPP21.Call ? OCPP21.CheckedCallResult<C> : never;
  readonly version: V;
}

type CallNamed<V extends OcppVersion, A> = Calls[V] extends infer C
  ? C extends readonly [unknown, unknown, infer N extends string, unknown]
    ? `${N}` extends A
      ? C
      : never
    : never
  : never;

/** Names of all messages of a version, `BootNotification` and so on. */
export type ActionOf<V extends OcppVersion> = `${Calls[V][2]}`;

/** Payload of a request: `RequestOf<'1.6', 'BootNotification'>`. */
export type RequestOf<V extends OcppVersion, A extends ActionOf<V>> =
  CallNamed<V, A> extends readonly [unknown, unknown, unknown, infer P] ? P : never;

/** Payload of the answer to a request. */
export type ResponseOf<V extends OcppVersion, A extends ActionOf<V>> = Results<
  V,
  CallNamed<V, A>
>[V] extends readonly [unknown, unknown, infer P]
  ? P
  : never;
