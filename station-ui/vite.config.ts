import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The station page: one site, everything from its own origin. `vite dev` talks to an edge agent on 7070. */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [react()],
  build: { outDir: '../../dist', emptyOutDir: true, chunkSizeWarningLimit: 1_600 },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:7070', ws: true } } },
});
