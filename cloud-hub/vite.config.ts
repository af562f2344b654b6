import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The dashboard: one page, everything from its own origin. `vite dev` talks to a hub on 8080. */
export default defineConfig({
  root: 'src/web',
  base: './',
  plugins: [react()],
  build: { outDir: '../../dist/web', emptyOutDir: true, chunkSizeWarningLimit: 1_600 },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
});
