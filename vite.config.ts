import { resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** One classic script, so that the page also opens from a file. */
const classicScript: Plugin = {
  name: 'classic-script',
  enforce: 'post',
  transformIndexHtml: (html) =>
    html.replace(/<script type="module" crossorigin/, '<script defer').replace(' crossorigin', ''),
}

/** The page of the console. */
export default defineConfig({
  root: resolve(import.meta.dirname, 'src/console/page'),
  base: './',
  plugins: [classicScript],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  logLevel: 'warn',
  build: {
    outDir: resolve(import.meta.dirname, 'dist/console/page'),
    target: 'es2022',
    cssCodeSplit: false,
    emptyOutDir: true,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        format: 'iife',
        entryFileNames: 'assets/console.js',
        assetFileNames: 'assets/console[extname]',
      },
    },
  },
})
