import Type, { type Static } from 'typebox';

/* Settings of OCPP fronts and stations. */

const strict = { additionalProperties: false } as const;
const whole = (description: string, minimum: number, maximum: number, value: number) =>
  Type.Integer({ minimum, maximum, default: value, description });

export const FrontOcpp = Type.Object(
  {
    twins: Type.Enum(['newest-wins', 'keep-old'], {
      default: 'newest-wins',
      description: 'two living connections of one station from different addresses: which stays',
    }),
    pingSeconds: whole('of quiet after which a station is pinged', 5, 600, 20),
    heartbeatSeconds: whole('assumed of stations that were told no interval yet', 10, 86_400, 300),
    arrivalsPerMinute: whole('more connections of one station are an alarm', 1, 1_000, 10),
    frameKb: whole('longest message', 16, 16_384, 256),
    reportKb: whole('longest report of a 2.x station', 16, 16_384, 1_024),
    unsentKb: whole('that a station may leave unread', 16, 65_536, 1_024),
    messagesPerSecond: whole('of one station, on average; more are read later', 1, 10_000, 100),
    messagesAtOnce: whole('before that counts: what an outage leaves', 10, 100_000, 1_000),
    strangersPerMinute: whole('unknown stations that are listed in a minute', 1, 10_000, 30),
  },
  { ...strict, default: {}, description: 'of fronts for OCPP' },
);
export type FrontOcpp = Static<typeof FrontOcpp>;

export const PileOcpp = Type.Object(
  {
    version: Type.Optional(
      Type.Enum(['1.6', '2.0.1', '2.1'], {
        description: 'highest version to agree on; left out: the highest that both know',
      }),
    ),
    mode: Type.Enum(['tolerant', 'strict'], {
      default: 'tolerant',
      description: 'strict refuses what is not as the standard says; tolerant mends and reports it',
    }),
    assume16: Type.Boolean({
      default: false,
      description: 'for firmware that offers no version: go on with 1.6',
    }),
    tend: Type.Boolean({
      default: true,
      description:
        'false: it is asked and set nothing that nobody asked for, and operations go as given',
    }),
    heartbeatSeconds: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 86_400,
        description: 'that it is told at its boot; left out: 300',
      }),
    ),
    zone: Type.Optional(
      Type.String({
        pattern: '^[+-][01][0-9]:[0-5][0-9]$',
        description: 'of its times without one; left out: +08:00',
      }),
    ),
    volts: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 1_000,
        description: 'between a line and neutral, limits are computed with it; left out: 230',
      }),
    ),
    phases: Type.Optional(
      Type.Union([Type.Literal(1), Type.Literal(3)], {
        description: 'that a connector is wired with; left out: 3',
      }),
    ),
    safeAmperes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: 'of a line, that a connector falls back to without us; left out: 6',
      }),
    ),
    configuration: Type.Optional(
      Type.Record(Type.String({ pattern: '^.{1,50}$' }), Type.String({ maxLength: 500 }), {
        maxProperties: 50,
        description:
          'keys of 1.6, or Component.Variable of 2.x, that it is set to when it is adopted',
      }),
    ),
  },
  { ...strict, description: 'of OCPP stations' },
);
export type PileOcpp = Static<typeof PileOcpp>;
