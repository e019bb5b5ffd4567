/** A real server on an empty folder, for benchmarks of the web application that need one. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = new URL('../../', import.meta.url).pathname
const venv = join(root, '.venv/bin/python')
export const python = process.env.ASSAY_PYTHON ?? (existsSync(venv) ? venv : 'python3')
export const env = { ...process.env, PYTHONPATH: join(root, 'src'), PYTHONUNBUFFERED: '1' }

/** `key` is an admin's, `data` the server's folder; `stop` ends it and removes the folder. */
export async function startServer() {
  const data = mkdtempSync(join(tmpdir(), 'assay-bench-'))
  const child = spawn(python, ['-m', 'assay', 'server', 'start', '--data', data, '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const stop = async () => {
    if (child.exitCode === null && child.kill()) await new Promise(resolve => child.once('exit', resolve))
    rmSync(data, { recursive: true, force: true })
  }
  try {
    const [link] = await said(child, /http\S+#link=\S+/)
    const keys = execFileSync(python, ['-m', 'assay', 'server', 'key', '--data', data], { env }).toString()
    return { url: link.replace(/\/?#.*$/, ''), key: /asy_\w+/.exec(keys)[0], data, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What of the child's output matches, once something does. */
const said = (child, pattern) =>
  new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      const found = pattern.exec(text)
      if (found) resolve(found)
    })
    child.once('exit', code => reject(new Error(`ended with ${code}: ${text}`)))
  })
