import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build, defineConfig, type Plugin } from 'vite'

const page = resolve(import.meta.dirname, 'src/console/page')

/** One classic script, so that the page also opens from a file. */
const classicScript: Plugin = {
  name: 'classic-script',
  enforce: 'post',
  transformIndexHtml: (html) =>
    html.replace(/<script type="module" crossorigin/, '<script defer').replace(' crossorigin', ''),
}

/** The codecs are a classic script of their own: classic scripts have no chunks. */
const codecs: Plugin = {
  name: 'codecs',
  async generateBundle() {
    const built = await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        write: false,
        target: 'es2022',
        minify: true,
        lib: { entry: join(page, 'codecs.ts'), formats: ['iife'], name: 'sidelockCodecs' },
      },
    })
    const [script] = [built].flat().flatMap((made) => ('output' in made ? made.output : []))
    if (script?.type !== 'chunk') throw new Error('the codecs are one script')
    this.emitFile({ type: 'asset', fileName: 'assets/codecs.js', source: script.code })
  },
}

/** Scripts and styles beside themselves in both encodings that browsers take: the console compresses nothing itself. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir = '' }) {
    const assets = join(dir, 'assets')
    for (const name of readdirSync(assets).filter((one) => /\.(?:js|css)$/.test(one))) {
      const octets = readFileSync(join(assets, name))
      writeFileSync(join(assets, `${name}.br`), brotliCompressSync(octets))
      writeFileSync(join(assets, `${name}.gz`), gzipSync(octets, { level: 9 }))
    }
  },
}

/** The page of the console. */
export default defineConfig({
  root: page,
  base: './',
  plugins: [classicScript, codecs, compressed],
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
