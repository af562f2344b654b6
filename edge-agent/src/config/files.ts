import Type from 'typebox';

const whole = (description: string, minimum: number, maximum: number, value: number) =>
  Type.Integer({ minimum, maximum, default: value, description });

/** Where piles fetch firmware and bring logs. */
export const Files = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      maxLength: 255,
      default: '127.0.0.1',
      description: 'address to listen on: that of the network of the piles',
    }),
    publicHost: Type.String({
      pattern: '^[A-Za-z0-9.:_\\[\\]-]{1,255}$',
      description: 'name or address under which the piles reach it',
    }),
    port: whole('HTTP port; 0 takes any free one', 0, 65_535, 9180),
    ftpPort: Type.Optional(whole('FTP port; left out: no FTP', 0, 65_535, 2121)),
    fileMb: whole('largest file', 1, 4_096, 512),
    totalMb: whole('all files together', 1, 1_048_576, 4_096),
    jobHours: whole('that the credentials of one job live', 1, 168, 24),
  },
  { additionalProperties: false },
);
