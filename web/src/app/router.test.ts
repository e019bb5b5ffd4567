import { createMemoryHistory, createRouter } from '@tanstack/react-router'
import { describe, expect, it } from 'vitest'
import { routeTree } from '../routes'
import { basepathOf } from './router'

async function at(address: string, basepath = '/') {
  const router = createRouter({ routeTree, basepath, history: createMemoryHistory({ initialEntries: [address] }) })
  await router.load()
  const last = router.state.matches.at(-1)!
  return { address: router.state.location.href, route: last.fullPath, params: last.params as Record<string, string> }
}

describe('addresses', () => {
  it.each([
    ['/', '/', {}],
    ['/settings', '/settings', {}],
    ['/mara', '/$entity', { entity: 'mara' }],
    ['/mara/digits', '/$entity/$project', { entity: 'mara', project: 'digits' }],
    ['/mara/digits/runs/a%20b', '/$entity/$project/runs/$run', { entity: 'mara', project: 'digits', run: 'a b' }],
  ])('%s is %s', async (address, route, params) => {
    const found = await at(address)
    expect(found.route.replace(/(.)\/$/, '$1')).toBe(route)
    expect(found.params).toEqual(params)
  })

  it('sends the long name of a workspace to its short one, with what it shows', async () => {
    expect((await at('/mara/digits/workspace?filter=loss')).address).toBe('/mara/digits?filter=loss')
  })

  it('work behind a path prefix', async () => {
    const found = await at('/tools/assay/mara/digits', '/tools/assay')
    expect(found.params).toEqual({ entity: 'mara', project: 'digits' })
  })

  it('start where the server says the application is', () => {
    expect(basepathOf('http://lab:8080/')).toBe('/')
    expect(basepathOf('http://lab:8080/tools/assay/')).toBe('/tools/assay')
  })
})
