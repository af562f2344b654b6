/** What goes wrong, as data: each figure is "once in so many", 0 is never. The seed decides when. */
export interface Faults {
  /** A frame of the pile is lost before it reaches the wire. */
  readonly dropOneIn: number;
  /** A frame is sent twice. */
  readonly duplicateOneIn: number;
  /** A frame leaves in two pieces with a pause between them. */
  readonly splitOneIn: number;
  /** A frame waits and leaves glued to the next. */
  readonly mergeOneIn: number;
  /** A frame is late by up to `delayMs`. */
  readonly delayOneIn: number;
  readonly delayMs: number;
  /** The connection breaks after a frame. */
  readonly disconnectOneIn: number;
  /** Power fails in the middle of a charge: the pile boots and uploads the charge as stored. */
  readonly rebootOneIn: number;
  /** A remote start meets an empty socket; the driver plugs in within 60 s. */
  readonly latePlugOneIn: number;
  /** An order upload is repeated although it was confirmed. */
  readonly resendOneIn: number;
  /** A pile boots with a clock that is wrong until it is told the time. */
  readonly wrongClockOneIn: number;
  /** A pile writes its checksum high byte first. */
  readonly bigEndianCrcOneIn: number;
  /** A broken connection comes back only after up to `outageMs`; the pile charges on alone. */
  readonly outageOneIn: number;
  readonly outageMs: number;
  /** A connection stays open but carries nothing any more, both ways (OCPP). */
  readonly halfOpenOneIn: number;
  /** The answer to a begun charge is lost: it is begun again, or ends without a number (OCPP). */
  readonly lostBeginOneIn: number;
  /** A meter rolls over in one of its first charges (OCPP). */
  readonly rolloverOneIn: number;
  /** A meter counts from zero again after a power cut (OCPP). */
  readonly meterResetOneIn: number;
  /** A pile keeps its wrong time whatever it is told (OCPP). */
  readonly deafToTimeOneIn: number;
  /** A pile's firmware writes meter values, times and frames in an odd way (OCPP). */
  readonly oddMannersOneIn: number;
}

export const NO_FAULTS: Faults = {
  dropOneIn: 0,
  duplicateOneIn: 0,
  splitOneIn: 0,
  mergeOneIn: 0,
  delayOneIn: 0,
  delayMs: 0,
  disconnectOneIn: 0,
  rebootOneIn: 0,
  latePlugOneIn: 0,
  resendOneIn: 0,
  wrongClockOneIn: 0,
  bigEndianCrcOneIn: 0,
  outageOneIn: 0,
  outageMs: 0,
  halfOpenOneIn: 0,
  lostBeginOneIn: 0,
  rolloverOneIn: 0,
  meterResetOneIn: 0,
  deafToTimeOneIn: 0,
  oddMannersOneIn: 0,
};

/** A bad night on 4G: everything happens, nothing so often that no charge gets through. */
export const FIELD_FAULTS: Faults = {
  dropOneIn: 80,
  duplicateOneIn: 60,
  splitOneIn: 12,
  mergeOneIn: 15,
  delayOneIn: 20,
  delayMs: 800,
  disconnectOneIn: 400,
  rebootOneIn: 12,
  latePlugOneIn: 4,
  resendOneIn: 8,
  wrongClockOneIn: 5,
  bigEndianCrcOneIn: 4,
  outageOneIn: 3,
  outageMs: 10_000,
  halfOpenOneIn: 900,
  lostBeginOneIn: 10,
  rolloverOneIn: 4,
  meterResetOneIn: 3,
  deafToTimeOneIn: 0,
  oddMannersOneIn: 3,
};
