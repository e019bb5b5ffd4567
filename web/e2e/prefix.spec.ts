import { createServer, request, type Server as Proxy } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { ask, type Server, startServer } from './server'
import { expectNoComplaints, watch } from './watch'

const PREFIX = '/tools/assay'

/** A front server as sites run one: it takes its prefix off, and says in the page's base where the application is. */
function behindPrefix(server: Server): Promise<Proxy> {
  const target = new URL(server.url)
  const proxy = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    if (!path.startsWith(`${PREFIX}/`)) {
      outgoing.writeHead(404).end('outside the prefix')
      return
    }
    const headers = { ...incoming.headers, host: target.host, 'accept-encoding': 'identity' }
    const onward = request(
      { host: target.hostname, port: target.port, method: incoming.method, path: path.slice(PREFIX.length), headers },
      answer => {
        if (!answer.headers['content-type']?.startsWith('text/html')) {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(outgoing)
          return
        }
        let page = ''
        answer.setEncoding('utf8').on('data', chunk => (page += chunk))
        answer.on('end', () => {
          const { 'content-length': _, ...rest } = answer.headers
          outgoing.writeHead(answer.statusCode ?? 502, rest)
          outgoing.end(page.replace('<base href="/" />', `<base href="${PREFIX}/" />`))
        })
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  return new Promise(resolve => proxy.listen(0, '127.0.0.1', () => resolve(proxy)))
}

let server: Server
let proxy: Proxy
let base: string
test.beforeAll(async () => {
  server = await startServer()
  proxy = await behindPrefix(server)
  base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`
})
test.afterAll(async () => {
  proxy?.closeAllConnections()
  proxy?.close()
  await server?.clear()
})

test('everything works behind a path prefix: link, pages, lazy parts, deep links, reloads', async ({
  page,
  context,
}) => {
  await watch(page)
  const asked: string[] = []
  page.on('request', sent => asked.push(new URL(sent.url()).pathname))
  await page.goto(`${base}/${new URL(server.link).hash}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your server is ready. Log a first run.')
  expect(page.url()).toBe(`${base}/`)
  await expect(page.getByText(`assay login ${base}`)).toBeVisible()

  await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
  await expect(page.getByRole('heading', { name: 'API keys' })).toBeVisible()
  expect(page.url()).toBe(`${base}/settings`)

  const { default_entity: entity } = await ask<{ default_entity: string }>(context, server, 'GET', 'me')
  await ask(context, server, 'PUT', `projects/${entity}/digits/runs/r1`, { writer: 'w1', name: 'amber-otter-412' })
  await page.goto(`${base}/${entity}/digits/runs/r1`)
  await expect(page.getByRole('navigation', { name: 'Main' }).locator('[aria-current=page]')).toHaveText('Runs')
  await page.reload()
  await page.getByRole('link', { name: 'Assay, home' }).click()
  await expect(page.getByRole('link', { name: 'digits' }).first()).toBeVisible()
  expect(page.url()).toBe(`${base}/`)
  expect(asked.filter(path => !path.startsWith(`${PREFIX}/`))).toEqual([])
  expectNoComplaints(page)
})
