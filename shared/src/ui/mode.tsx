import { App, ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Mode, themeOf } from './theme.ts';

interface ModeChoice {
  readonly mode: Mode;
  readonly setMode: (mode: Mode) => void;
}

const ModeContext = createContext<ModeChoice>({ mode: 'light', setMode: () => {} });
const KEY = 'holdfast.mode';

export const useMode = (): ModeChoice => useContext(ModeContext);

function firstMode(): Mode {
  const kept = localStorage.getItem(KEY);
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Theme, language of the components, and the switch between light and dark. */
export function Appearance({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const [mode, setMode] = useState<Mode>(firstMode);
  useEffect(() => {
    localStorage.setItem(KEY, mode);
    document.documentElement.setAttribute('data-mode', mode);
  }, [mode]);
  useEffect(() => {
    document.documentElement.lang = i18n.language;
  }, [i18n.language]);
  const choice = useMemo(() => ({ mode, setMode }), [mode]);
  const algorithm = mode === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm;
  return (
    <ModeContext value={choice}>
      <ConfigProvider
        locale={i18n.language === 'zh' ? zhCN : enUS}
        theme={{ ...themeOf(mode), algorithm: [algorithm, theme.compactAlgorithm] }}
      >
        <App>{children}</App>
      </ConfigProvider>
    </ModeContext>
  );
}
