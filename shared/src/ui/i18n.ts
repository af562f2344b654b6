import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './texts.en.ts';
import { zh } from './texts.zh.ts';

export type Language = 'zh' | 'en';
const KEY = 'holdfast.language';

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

/** Both languages are in the page: nothing is fetched when the line is gone. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: firstLanguage(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
  i18next.on('languageChanged', (language) => localStorage.setItem(KEY, language));
}
