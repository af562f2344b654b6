import type { ThemeConfig } from 'antd';

export type Mode = 'light' | 'dark';

/** Colours that reach 4.5:1 on their ground; antd's own defaults do not, under the pointer least of all. */
const LIGHT = {
  colorPrimary: '#0958d9',
  colorPrimaryHover: '#003eb3',
  colorLinkHover: '#003eb3',
  colorError: '#cf1322',
  colorErrorHover: '#a8071a',
  colorTextDescription: 'rgba(0,0,0,.65)',
  colorTextTertiary: 'rgba(0,0,0,.65)',
  colorTextPlaceholder: 'rgba(0,0,0,.58)',
  colorTextQuaternary: 'rgba(0,0,0,.58)',
};

const DARK = {
  colorPrimary: '#3c89e8',
  colorError: '#e84749',
  colorTextDescription: 'rgba(255,255,255,.72)',
  colorTextTertiary: 'rgba(255,255,255,.72)',
};

/** Fonts of the system only: a page must look right with no line to the world. */
const FONT =
  'system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Segoe UI", sans-serif';

/** Token theme of both pages; the algorithm (dark, compact) is the caller's. */
export function themeOf(mode: Mode): Pick<ThemeConfig, 'token'> {
  return { token: { ...(mode === 'dark' ? DARK : LIGHT), borderRadius: 6, fontFamily: FONT } };
}

/** Ground and text of a state; a glyph goes with each so that colour is never the only sign. */
export interface Tone {
  readonly glyph: string;
  readonly light: readonly [ground: string, text: string];
  readonly dark: readonly [ground: string, text: string];
}

const grey: Tone['light'] = ['#f0f0f0', '#434343'];
const greyDark: Tone['dark'] = ['#303030', '#d9d9d9'];
const red: Tone['light'] = ['#fff1f0', '#a8071a'];
const redDark: Tone['dark'] = ['#431418', '#ffccc7'];
const blue: Tone['light'] = ['#e6f4ff', '#003eb3'];
const blueDark: Tone['dark'] = ['#112a45', '#bae0ff'];
const green: Tone['light'] = ['#f0fbe8', '#1f6b06'];
const greenDark: Tone['dark'] = ['#162312', '#d9f7be'];
const amber: Tone['light'] = ['#fff7e0', '#874d00'];
const amberDark: Tone['dark'] = ['#2b2111', '#ffe7ba'];
const teal: Tone['light'] = ['#e6fffb', '#00605c'];
const tealDark: Tone['dark'] = ['#112123', '#b5f5ec'];

export const TONES = {
  idle: { glyph: '○', light: green, dark: greenDark },
  plugged: { glyph: '◐', light: teal, dark: tealDark },
  starting: { glyph: '◷', light: amber, dark: amberDark },
  charging: { glyph: '▶', light: ['#0958d9', '#ffffff'], dark: ['#1554ad', '#ffffff'] },
  finishing: { glyph: '◷', light: blue, dark: blueDark },
  faulted: { glyph: '✕', light: red, dark: redDark },
  offline: { glyph: '⊘', light: grey, dark: greyDark },
  unknown: { glyph: '?', light: grey, dark: greyDark },
  online: { glyph: '✓', light: green, dark: greenDark },
  late: { glyph: '◷', light: amber, dark: amberDark },
  conflict: { glyph: '✕', light: red, dark: redDark },
  stopping: { glyph: '◷', light: blue, dark: blueDark },
  'awaiting-record': { glyph: '◷', light: amber, dark: amberDark },
  settled: { glyph: '✓', light: green, dark: greenDark },
  failed: { glyph: '✕', light: red, dark: redDark },
  orphan: { glyph: '?', light: amber, dark: amberDark },
  equal: { glyph: '✓', light: green, dark: greenDark },
  unequal: { glyph: '✕', light: red, dark: redDark },
  done: { glyph: '✓', light: green, dark: greenDark },
  refused: { glyph: '✕', light: red, dark: redDark },
  expired: { glyph: '◷', light: grey, dark: greyDark },
  stale: { glyph: '⊘', light: grey, dark: greyDark },
  sent: { glyph: '◷', light: blue, dark: blueDark },
  accepted: { glyph: '✓', light: green, dark: greenDark },
  blocked: { glyph: '⊘', light: red, dark: redDark },
  adopted: { glyph: '✓', light: green, dark: greenDark },
  notice: { glyph: 'i', light: blue, dark: blueDark },
  warning: { glyph: '!', light: amber, dark: amberDark },
  critical: { glyph: '✕', light: red, dark: redDark },
} as const satisfies Record<string, Tone>;
export type ToneName = keyof typeof TONES;
