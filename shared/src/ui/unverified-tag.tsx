import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PileResource } from '../api/resources.ts';
import { useMode } from './mode.tsx';
import { TONES } from './theme.ts';

/** Marks a pile whose protocol is an assumption; on hover or focus it says which. */
export function UnverifiedTag({ of }: { of: PileResource['unverified'] }) {
  const { t, i18n } = useTranslation();
  const { mode } = useMode();
  if (of === null) return null;
  const [ground, text] = TONES.starting[mode];
  const why = `${of.profile}: ${i18n.language === 'zh' ? of.zh : of.en}`;
  return (
    <Tooltip title={why} trigger={['hover', 'focus']}>
      <button
        type="button"
        className="status-tag"
        style={{ background: ground, color: text, border: 0, cursor: 'help' }}
        aria-label={`${t('pile.unverified')} ${why}`}
      >
        <span aria-hidden="true">?</span> {t('pile.unverified')}
      </button>
    </Tooltip>
  );
}
