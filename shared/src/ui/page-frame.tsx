import { Button, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFreshness } from './live-context.tsx';
import { useMode } from './mode.tsx';
import { StatusTag } from './status-tag.tsx';
import type { ToneName } from './theme.ts';

const FRESH_TONE = {
  connecting: 'unknown',
  live: 'online',
  late: 'late',
  offline: 'offline',
  refused: 'refused',
} as const satisfies Record<string, ToneName>;

/** Whether what the page shows is live, said in words, always in sight. */
export function FreshTag() {
  const { t } = useTranslation();
  const fresh = useFreshness();
  return (
    <span role="status" title={t(`fresh.${fresh}`)}>
      <StatusTag name={FRESH_TONE[fresh]} /> {fresh === 'live' ? null : t(`fresh.${fresh}`)}
    </span>
  );
}

/** Language and light switches; the same on every page. */
export function FrameSwitches() {
  const { t, i18n } = useTranslation();
  const { mode, setMode } = useMode();
  return (
    <>
      <Button size="small" onClick={() => setMode(mode === 'dark' ? 'light' : 'dark')}>
        {mode === 'dark' ? t('frame.light') : t('frame.dark')}
      </Button>
      <Button
        size="small"
        onClick={() => i18n.changeLanguage(i18n.language === 'zh' ? 'en' : 'zh')}
      >
        {t('frame.language')}
      </Button>
    </>
  );
}

export interface PageFrameProps<P extends string> {
  readonly title: string;
  readonly pages: readonly { readonly id: P; readonly label: string }[];
  readonly page: P;
  readonly onPage: (page: P) => void;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
}

/** Header with the pages, the age of the data and the switches; below it the page. */
export function PageFrame<P extends string>(props: PageFrameProps<P>) {
  const { title, pages, page, onPage, extra, children } = props;
  return (
    <>
      <header className="frame-header">
        <h1>{title}</h1>
        <nav>
          <Segmented<P>
            value={page}
            onChange={onPage}
            options={pages.map(({ id, label }) => ({ value: id, label }))}
          />
        </nav>
        <span className="spacer" />
        <FreshTag />
        {extra}
        <FrameSwitches />
      </header>
      <main className="frame-body">{children}</main>
    </>
  );
}
