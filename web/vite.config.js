import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/_backstock/ui/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The policy of the pages knows no data: but for images, and every file may be kept for ever by its name.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
