import { startI18n } from '@holdfast/shared/ui/i18n';
import { Appearance } from '@holdfast/shared/ui/mode.tsx';
import '@holdfast/shared/ui/page.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Dashboard } from './dashboard.tsx';

await startI18n();
const root = document.getElementById('root');
if (root === null) throw new TypeError('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <Appearance>
        <Dashboard />
      </Appearance>
    </QueryClientProvider>
  </StrictMode>,
);
