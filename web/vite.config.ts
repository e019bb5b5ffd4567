import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The development server's answers come from a real server: `assay server start`, its address in ASSAY_DEV_SERVER. */
const server = process.env.ASSAY_DEV_SERVER ?? 'http://127.0.0.1:8080'
const fromServer = { target: server, changeOrigin: true, headers: { origin: server } }

export default defineConfig({
  // Relative addresses, so one build works under any path prefix: the server only writes <base href>.
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../src/assay/server/static',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // Nothing inline: the content security policy allows scripts, styles and fonts from this address alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox128', 'safari17.5'],
    cssMinify: 'lightningcss',
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': fromServer, '/blobs': fromServer } },
})
