/** A real server on a fresh data folder, for one file of tests. Ended by its own process id. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions } from '@playwright/test'

const root = new URL('../../', import.meta.url).pathname
const venv = join(root, '.venv/bin/python')
export const python = process.env.ASSAY_PYTHON ?? (existsSync(venv) ? venv : 'python3')
export const pythonEnvironment = { ...process.env, PYTHONPATH: join(root, 'src'), PYTHONUNBUFFERED: '1' }

/** Whether `bucketStore.py` finds SeaweedFS: where `tools/stores.py` installs it, where ASSAY_TEST_STORES says, or on PATH. */
export const hasStore = [
  join(root, '.stores/bin'),
  ...[process.env.ASSAY_TEST_STORES, process.env.PATH].flatMap(places => (places ?? '').split(delimiter)),
].some(folder => folder !== '' && existsSync(join(folder, 'weed')))

const START_MS = 60_000

export interface Server {
  url: string
  /** The one-time address that signs the first person in. */
  link: string
  data: string
  /** Ends the process; the data stays. */
  stop: () => Promise<void>
  /** Ends the process and removes its data. */
  clear: () => Promise<void>
}

/** Starts it and waits for the address it prints. Given `again`: on that server's data, at its address. */
export async function startServer(again?: Server): Promise<Server> {
  const data = again?.data ?? mkdtempSync(join(tmpdir(), 'assay-e2e-'))
  const port = again ? new URL(again.url).port : '0'
  const child = spawn(python, ['-m', 'assay', 'server', 'start', '--data', data, '--port', port], {
    env: pythonEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = () => end(child)
  const clear = async () => {
    await stop()
    rmSync(data, { recursive: true, force: true })
  }
  try {
    const link = await printedLink(child)
    return { url: link.replace(/\/?#.*$/, ''), link, data, stop, clear }
  } catch (error) {
    await clear()
    throw error
  }
}

function printedLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const give = (why: string) => reject(new Error(`${why}. The server said:\n${said.slice(-4_000)}`))
    const timer = setTimeout(() => give(`No sign-in link within ${START_MS / 1_000} s`), START_MS)
    const listen = (chunk: Buffer) => {
      said += chunk.toString()
      const found = /https?:\/\/[^\s"]+#link=[^\s"]+/.exec(said)
      if (!found) return
      clearTimeout(timer)
      resolve(found[0])
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', code => {
      clearTimeout(timer)
      give(`The server ended with ${code}`)
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(timer)
}

/** What an administrator types on the server; answers what it says. */
export function administer(server: Server, ...command: string[]): string {
  return execFileSync(python, ['-m', 'assay', 'server', ...command, '--data', server.data], {
    env: pythonEnvironment,
    encoding: 'utf8',
  })
}

/** One more person, signed in, with a role in a team. */
export async function addMember(
  browser: Browser,
  server: Server,
  name: string,
  team: string,
  role: string,
): Promise<State> {
  const token = /#link=\S+/.exec(administer(server, 'user', 'add', name))?.[0] ?? ''
  administer(server, 'team', 'member', 'add', team, name, role)
  return await signInByLink(browser, { ...server, link: `${server.url}/${token}` })
}

/** Runs Python code beside the server, with its key; answers when it has ended. */
export const runScript = (server: Server, key: string, code: string): Promise<void> =>
  runPython(server, key, ['-c', code])

/** The same for `mediaWriter.py`: `what` is the project and what to log there. */
export const writeMedia = (server: Server, key: string, ...what: string[]): Promise<void> =>
  runPython(server, key, [join(import.meta.dirname, 'mediaWriter.py'), ...what])

async function runPython(server: Server, key: string, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-e2e-run-'))
  const child = spawn(python, args, {
    cwd: folder,
    env: { ...pythonEnvironment, ASSAY_BASE_URL: server.url, ASSAY_API_KEY: key, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', chunk => (said += String(chunk)))
  child.stderr.on('data', chunk => (said += String(chunk)))
  const status = await new Promise<number | null>(resolve => child.once('exit', resolve))
  rmSync(folder, { recursive: true, force: true })
  if (status !== 0) throw new Error(`The script ended with ${status}:\n${said.slice(-4_000)}`)
}

export type State = Awaited<ReturnType<BrowserContext['storageState']>>

/** Follows the one-time link; answers the session, for as many pages as a file of tests wants. */
export async function signInByLink(browser: Browser, server: Server): Promise<State> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(server.link)
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

export interface Place {
  server: Server
  /** The session of the person who is signed in. */
  state: State
  /** Whose projects they are. */
  entity: string
  /** For scripts. */
  key: string
}

/** A fresh server with somebody signed in, and a key for scripts. */
export async function startPlace(browser: Browser): Promise<Place> {
  const server = await startServer()
  try {
    const state = await signInByLink(browser, server)
    const context = await browser.newContext({ storageState: state })
    const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
    const { secret: key } = await ask<{ secret: string }>(context, server, 'POST', 'keys', { name: 'script' })
    await context.close()
    return { server, state, entity, key }
  } catch (error) {
    await server.clear()
    throw error
  }
}

/** Starts `writer` of this folder, which writes runs to a project: its further arguments say what. */
export function startWriter(writer: string, place: Place, project: string, ...what: readonly string[]): ChildProcess {
  const script = join(import.meta.dirname, writer)
  return spawn(python, [script, place.server.url, `${place.entity}/${project}`, ...what], {
    env: { ...pythonEnvironment, ASSAY_API_KEY: place.key },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

/** The same; answers when it has ended. */
export async function runWriter(
  writer: string,
  place: Place,
  project: string,
  ...what: readonly string[]
): Promise<void> {
  const child = startWriter(writer, place, project, ...what)
  child.stdout?.resume()
  const code = await new Promise<number | null>(resolve => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${writer} ${what.join(' ')} ended with ${code}`)
}

/** Asks the API as the signed-in person does. */
export async function ask<T>(
  context: BrowserContext,
  server: Server,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await context.request.fetch(`${server.url}/api/v1/${path}`, {
    method,
    headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
    ...(body === undefined ? {} : { data: body }),
  })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return (answer.status() === 204 ? undefined : await answer.json()) as T
}

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
