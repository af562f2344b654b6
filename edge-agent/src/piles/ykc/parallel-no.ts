import { isoOf } from '@holdfast/protocols/kernel/field-time';

/** 并充序号 of a moment: yyMMddHHmmss in the pile's local time. */
export const parallelNoOf = (ms: number): string => isoOf(ms).replace(/\D/g, '').slice(2, 14);
