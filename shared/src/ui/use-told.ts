import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProblemError } from './api-client.ts';

/** Does something that a server may refuse; tells the person either way. `true`: it is done. */
export function useTold(): (task: () => Promise<unknown>, done: string) => Promise<boolean> {
  const { message } = App.useApp();
  const { i18n } = useTranslation();
  return async (task, done) => {
    try {
      await task();
      void message.success(done);
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const { titleZh, title, detail } = error.problem;
      void message.error(`${i18n.language === 'zh' ? titleZh : title} ${detail ?? ''}`);
      return false;
    }
  };
}
