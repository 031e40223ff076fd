import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  // The console's own server sends what stands here: no inline script or style, nothing from elsewhere.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
