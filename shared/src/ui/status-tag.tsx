import { useTranslation } from 'react-i18next';
import { useMode } from './mode.tsx';
import { TONES, type Tone, type ToneName } from './theme.ts';

/** A state as glyph, word and colour together: colour is never the only sign. */
export function StatusTag({ name }: { name: ToneName }) {
  const { t } = useTranslation();
  const { mode } = useMode();
  const tone: Tone = TONES[name];
  const [ground, text] = tone[mode];
  return (
    <span className="status-tag" style={{ background: ground, color: text }}>
      <span aria-hidden="true">{tone.glyph}</span> {t(`state.${name}`)}
    </span>
  );
}
