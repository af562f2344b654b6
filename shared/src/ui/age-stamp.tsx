import { Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How old a value is, in words; the exact time on hover. Every live value carries its age. */
export function AgeStamp({ at }: { at: string | null }) {
  const { t } = useTranslation();
  const now = useNow();
  if (at === null) return <span className="quiet">{t('age.never')}</span>;
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1_000));
  const text =
    seconds < 60
      ? t('age.seconds', { count: seconds })
      : seconds < 3_600
        ? t('age.minutes', { count: Math.floor(seconds / 60) })
        : seconds < 172_800
          ? t('age.hours', { count: Math.floor(seconds / 3_600) })
          : t('age.days', { count: Math.floor(seconds / 86_400) });
  return (
    <Tooltip title={at}>
      <span className="quiet">{text}</span>
    </Tooltip>
  );
}
